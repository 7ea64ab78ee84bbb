// The numbers of a plot as columns, from which its cursor, its table and its
// data follow.

/**
 * @typedef {object} Column
 * @property {string} name
 * @property {(number | null)[]} values null where there is none
 * @property {(value: number) => string} write
 */

/**
 * fromColumns returns what a plot's cursor, table and data are. The first column
 * is what the cursor stops at.
 * @param {Column[]} columns
 * @param {object} [marks] what else the plot shows, as data
 */
export function fromColumns(columns, marks = {}) {
  const [first, ...others] = columns;
  const text = ({ values, write }, i) => (values[i] === null ? "–" : write(values[i]));
  const read = (i) => others.map((column) =>
    (others.length > 1 ? `${column.name} ${text(column, i)}` : text(column, i))).join(", ");
  return {
    values: first.values,
    read: (i) => `${text(first, i)}: ${read(i)}`,
    rows: {
      header: columns.map(({ name }) => name),
      body: () => first.values.map((_, i) => columns.map((column) => text(column, i))),
    },
    data: { ...Object.fromEntries(columns.map(({ name, values }) => [name, values])), ...marks },
  };
}
