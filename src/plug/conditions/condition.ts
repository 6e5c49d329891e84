/**
 * A condition: a statement about a logical port, defined in one place. Decisions, `explain` and the table in docs/rules.md
 * follow from the entries, so a new condition is one new entry.
 */

/** @template Facts the facts that the condition depends on */
export interface Condition<Facts> {
  /** Unique; for programs. */
  readonly id: string;
  /** The statement that has to hold. */
  readonly statement: string;
  /** The consequence where the statement does not hold; for people, in docs/rules.md. */
  readonly otherwise: string;
  /** Null: at present the statement does not matter, or nobody can tell. */
  holds(facts: Facts): boolean | null;
  /** The present state, for people. */
  value(facts: Facts): string;
  /** The source of the value: a row, as `TABLE UUID`, or another source. */
  source(facts: Facts): string;
  /** What people can do where the condition does not hold. */
  remedy(facts: Facts): string;
}

/** The value of a condition for one logical port. */
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

/** A condition of the list. The condition has no, one or several findings for a logical port. */
export interface Listed<View> extends Pick<Condition<never>, "id" | "statement" | "otherwise"> {
  find(view: View): readonly Finding[];
}

/** @param about gives the parts of a logical port with a finding each */
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
