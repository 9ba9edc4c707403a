package embedded

import "reflect"

// Merge gives the options of a call as one: what is set later stands. Each is a pointer to a struct of
// which every field that is not zero is set.
func Merge[O any](options []*O) *O {
	var all O
	to := reflect.ValueOf(&all).Elem()
	for _, o := range options {
		if o == nil {
			continue
		}
		from := reflect.ValueOf(o).Elem()
		for i := range from.NumField() {
			if field := from.Field(i); !field.IsZero() {
				to.Field(i).Set(field)
			}
		}
	}
	return &all
}
