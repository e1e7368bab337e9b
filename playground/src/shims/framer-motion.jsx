// GraphiQL asks framer-motion only for tabs that can be dragged into another order.
// Here they keep their order, and the page is a tenth lighter.
const Group = ({ values, onReorder, axis, ...props }) => <ul {...props} />;
const Item = ({ value, ...props }) => <li {...props} />;

export const Reorder = { Group, Item };
