package engine

import (
	"slices"
	"strconv"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// pinned gives the _id that a filter asks for, if it asks for one. Whatever else it asks is judged once
// that document is known. Of a document it gives its own.
func pinned(filter any) (id string, ok bool) {
	raw := spelt(filter)
	return raw.Lookup("_id").StringValueOK()
}

// spelt is a filter or document as BSON, of which much is asked; empty if it cannot be.
func spelt(filter any) bson.Raw {
	if raw, ok := filter.(bson.Raw); ok {
		return raw
	}
	raw, err := bson.Marshal(filter)
	if err != nil {
		return nil
	}
	return raw
}

// pins gives the _ids that a filter asks for: by one, or by nothing but a list of few of them.
func pins(filter any) []string {
	raw := spelt(filter)
	v := raw.Lookup("_id")
	if id, ok := v.StringValueOK(); ok {
		return []string{id}
	}
	if fields, err := raw.Elements(); err != nil || len(fields) != 1 {
		return nil
	}
	var ids []string
	for _, v := range listed(v) {
		id, ok := v.StringValueOK()
		if !ok {
			return nil
		}
		ids = append(ids, id)
	}
	if len(ids) > smallBatch {
		return nil
	}
	return ids
}

// named gives the _id that a filter asks for as a list of one, or none.
func named(filter any) []string {
	if id, ok := pinned(filter); ok {
		return []string{id}
	}
	return nil
}

// plainQuestion spells what a transaction need not ask twice, so that the same question is spelt the same: a
// filter that demands a text of each of its fields, for whole documents and all of them. A list of texts that
// one field may have is as many questions. Anything else is spelt as none: its answer may be long, or hard
// to tell from memory.
func plainQuestion(filter any, o *options.FindOptions) []string {
	if o.Projection != nil || o.Limit != nil && *o.Limit != 0 || o.Skip != nil {
		return nil
	}
	fields, err := spelt(filter).Elements()
	if err != nil {
		return nil
	}
	slices.SortFunc(fields, func(a, b bson.RawElement) int { return slices.Compare([]byte(a.Key()), []byte(b.Key())) })
	questions := []string{""}
	for _, f := range fields {
		values := []bson.RawValue{f.Value()}
		if f.Value().Type == bson.TypeEmbeddedDocument {
			values = listed(f.Value())
		}
		if len(values) != 1 && len(questions) != 1 {
			return nil
		}
		var longer []string
		for _, v := range values {
			text, ok := v.StringValueOK()
			if !ok {
				return nil
			}
			for _, q := range questions {
				longer = append(longer, q+strconv.Quote(f.Key())+strconv.Quote(text))
			}
		}
		questions = longer
	}
	if len(fields) == 0 || len(questions) > smallBatch {
		return nil
	}
	return questions
}

// listed gives the values of {$in: […]}; none of anything else.
func listed(v bson.RawValue) []bson.RawValue {
	doc, ok := v.DocumentOK()
	if !ok {
		return nil
	}
	operators, err := doc.Elements()
	if err != nil || len(operators) != 1 || operators[0].Key() != "$in" {
		return nil
	}
	list, ok := operators[0].Value().ArrayOK()
	if !ok {
		return nil
	}
	values, err := list.Values()
	if err != nil {
		return nil
	}
	return values
}

// answered tells whether all of some questions, of which there is one at least, have been asked.
func (h *heldCollection) answered(questions []string) bool {
	return len(questions) > 0 && !slices.ContainsFunc(questions, func(q string) bool { return !h.asked[q] })
}
