package events

import (
	"reflect"
	"testing"
	"time"
)

// A copy says the same as its original and shares nothing with it, whatever fields there will be.
func TestActivity_Clone(t *testing.T) {
	var a Activity
	fill(reflect.ValueOf(&a).Elem())
	b := a.clone()
	if !reflect.DeepEqual(a, b) {
		t.Fatalf("the copy is another:\n%+v\n%+v", a, b)
	}
	shared(t, "Activity", reflect.ValueOf(a), reflect.ValueOf(b))
	if empty := (&Activity{}).clone(); !reflect.DeepEqual(empty, Activity{}) {
		t.Errorf("the copy of nothing is %+v", empty)
	}
}

// fill puts something into everything.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("text")
	case reflect.Int:
		v.SetInt(7)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i))
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key)
		fill(value)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	default:
		panic("a field of kind " + v.Kind().String())
	}
}

// shared finds what two values both point to.
func shared(t *testing.T, at string, x, y reflect.Value) {
	t.Helper()
	switch x.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		if x.IsNil() {
			t.Errorf("%s is empty", at)
		} else if x.Pointer() == y.Pointer() {
			t.Errorf("%s is shared", at)
		}
	}
	switch x.Kind() {
	case reflect.Pointer:
		shared(t, at, x.Elem(), y.Elem())
	case reflect.Slice:
		for i := range x.Len() {
			shared(t, at+"[]", x.Index(i), y.Index(i))
		}
	case reflect.Struct:
		for i := range x.NumField() {
			if x.Type() != reflect.TypeFor[time.Time]() {
				shared(t, at+"."+x.Type().Field(i).Name, x.Field(i), y.Field(i))
			}
		}
	}
}
