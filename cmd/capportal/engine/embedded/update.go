package embedded

import (
	"errors"
	"fmt"

	"github.com/256dpi/lungo/bsonkit"
	"github.com/256dpi/lungo/mongokit"
	"go.mongodb.org/mongo-driver/bson"
)

// The operators of an update and of $push within it. What is not here is refused.
var (
	updateOperators = map[string]bool{"$set": true, "$setOnInsert": true, "$unset": true, "$inc": true, "$push": true}
	pushModifiers   = map[string]bool{"$each": true, "$position": true, "$slice": true}
)

// update is an update that has been checked, and what can be spliced of it, if all can.
type update struct {
	source bson.Raw
	edits  []edit
}

func parseUpdate(from any) (update, error) {
	if from == nil {
		return update{}, errors.New("an update is missing")
	}
	source, err := bson.Marshal(from)
	if err != nil {
		return update{}, fmt.Errorf("read the update: %w", err)
	}
	if err := valid(source); err != nil {
		return update{}, fmt.Errorf("read the update: %w", err)
	}
	empty := true
	for e := elements(source); e.next(); empty = false {
		if err := checkOperator(string(e.key), e.value); err != nil {
			return update{}, err
		}
	}
	if empty {
		return update{}, errors.New("the update is empty")
	}
	return update{source, editsOf(source)}, nil
}

func checkOperator(name string, v value) error {
	if !updateOperators[name] {
		return fmt.Errorf("the embedded engine has no %q in an update", name)
	}
	if !v.isDocument() {
		return fmt.Errorf("%s takes a document", name)
	}
	for e := elements(v.bytes); e.next(); {
		if _, err := parsePath(string(e.key)); err != nil {
			return err
		}
		if name == "$push" {
			if err := checkPush(e.value); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkPush(v value) error {
	if !v.isDocument() {
		return nil
	}
	for e := elements(v.bytes); e.next(); {
		if name := string(e.key); name != "" && name[0] == '$' && !pushModifiers[name] {
			return fmt.Errorf("the embedded engine has no %s in a $push", name)
		}
	}
	return nil
}

// apply changes a document. The update is read anew each time: what it puts into a
// document is that document's own.
func (u update) apply(d *bson.D, inserting bool) error {
	var how bson.D
	if err := bson.Unmarshal(u.source, &how); err != nil {
		return fmt.Errorf("read the update: %w", err)
	}
	_, err := mongokit.Apply(d, &bson.D{}, &how, inserting, nil)
	return err
}

// upserted is the document that an update makes where none matches: what the filter
// says of it, changed by the update.
func (u update) upserted(f filter) (*document, error) {
	var query bson.D
	if err := bson.Unmarshal(f.source, &query); err != nil {
		return nil, fmt.Errorf("read the filter: %w", err)
	}
	d, err := mongokit.Extract(&query)
	if err != nil {
		return nil, err
	}
	if err := u.apply(d, true); err != nil {
		return nil, err
	}
	return read(bsonkit.Doc(d))
}
