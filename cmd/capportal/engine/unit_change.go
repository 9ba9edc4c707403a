package engine

import (
	"strings"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
)

// changeTo is the write that makes a document of what it was: of its fields those that differ. In a
// transaction MongoDB 6.0 reads its catalog anew for each index that a write may move the document in, twice,
// and a replacement may move it in all.
func changeTo(id string, before, now bson.Raw) mongo.WriteModel {
	filter := bson.D{{Key: "_id", Value: id}}
	if change := difference(before, now); change != nil {
		return mongo.NewUpdateOneModel().SetFilter(filter).SetUpdate(change)
	}
	return mongo.NewReplaceOneModel().SetFilter(filter).SetReplacement(now)
}

// difference is the update that makes one document of another, but for the order of its fields; nil if
// there is none.
func difference(before, now bson.Raw) bson.D {
	was, ok := fieldsOf(before)
	if !ok {
		return nil
	}
	is, ok := fieldsOf(now)
	if !ok {
		return nil
	}
	set, unset := bson.D{}, bson.D{}
	for name, value := range is {
		if old, there := was[name]; !there || !old.Equal(value) {
			set = append(set, bson.E{Key: name, Value: value})
		}
	}
	for name := range was {
		if _, there := is[name]; !there {
			unset = append(unset, bson.E{Key: name, Value: ""})
		}
	}
	var change bson.D
	if len(set) > 0 {
		change = append(change, bson.E{Key: "$set", Value: set})
	}
	if len(unset) > 0 {
		change = append(change, bson.E{Key: "$unset", Value: unset})
	}
	return change
}

// fieldsOf gives the fields of a document by name; false if one cannot be named in an update.
func fieldsOf(document bson.Raw) (map[string]bson.RawValue, bool) {
	elements, err := document.Elements()
	if err != nil {
		return nil, false
	}
	fields := make(map[string]bson.RawValue, len(elements))
	for _, e := range elements {
		name := e.Key()
		if _, twice := fields[name]; twice || name == "" || strings.ContainsAny(name, ".$") {
			return nil, false
		}
		fields[name] = e.Value()
	}
	return fields, true
}
