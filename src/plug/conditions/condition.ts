/**
 * A condition: a statement about a logical port, told in one place. Decisions, `explain` and the table in docs/rules.md
 * follow from the entries, so a condition more is one entry more.
 */

/** @template Facts the facts that the condition depends on */
export interface Condition<Facts> {
  /** Unique; for programs. */
  readonly id: string;
  /** What has to hold, as a statement. */
  readonly statement: string;
  /** What follows where it does not hold; for people, in docs/rules.md. */
  readonly otherwise: string;
  /** Null: it does not matter, or cannot be told, as things are. */
  holds(facts: Facts): boolean | null;
  /** The present state, for people. */
  value(facts: Facts): string;
  /** The source of the value: a row, as `TABLE UUID`, or another source. */
  source(facts: Facts): string;
  /** What people can do where the condition does not hold. */
  remedy(facts: Facts): string;
}

/** A condition as it is found for one logical port. */
export interface Finding {
  readonly id: string;
  readonly statement: string;
  readonly holds: boolean | null;
  readonly value: string;
  readonly source: string;
  /** Null: nothing has to be done. */
  readonly remedy: string | null;
}

export function find<Facts>(condition: Condition<Facts>, facts: Facts): Finding {
  const { id, statement } = condition;
  const holds = condition.holds(facts);
  return {
    id,
    statement,
    holds,
    value: condition.value(facts),
    source: condition.source(facts),
    remedy: holds === false ? condition.remedy(facts) : null,
  };
}

/** A condition of the list, which is found for none, one or several parts of a logical port. */
export interface Listed<View> extends Pick<Condition<never>, "id" | "statement" | "otherwise"> {
  find(view: View): readonly Finding[];
}

/** @param about the parts of a logical port that the condition is found for */
export function listed<View, Facts>(
  condition: Condition<Facts>,
  about: (view: View) => readonly Facts[],
): Listed<View> {
  const { id, statement, otherwise } = condition;
  return { id, statement, otherwise, find: (view) => about(view).map((facts) => find(condition, facts)) };
}

export function quote(text: string): string {
  return JSON.stringify(text);
}
