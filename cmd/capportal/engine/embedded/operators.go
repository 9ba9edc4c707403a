package embedded

import (
	"maps"
	"slices"
)

// Operators lists all that a filter or an update may use. Whatever else begins with a
// dollar sign is refused.
func Operators() []string {
	var all []string
	for _, m := range []map[string]bool{listOperators, valueOperators, updateOperators, pushModifiers} {
		all = slices.AppendSeq(all, maps.Keys(m))
	}
	slices.Sort(all)
	return all
}
