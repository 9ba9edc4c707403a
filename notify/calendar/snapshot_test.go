package calendar_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"capportal/notify/calendar"
)

// TestSnapshot stores entries and reads them again: a notice composed after a crash, from
// its snapshot, is the same bytes, though stores keep milliseconds and drop zones.
func TestSnapshot(t *testing.T) {
	odd := cohort()
	odd.Stamp, odd.Modified = odd.Stamp.Add(999_999_999), odd.Stamp.Add(1)
	odd.Start, odd.End = odd.Start.Add(1), odd.End.Add(1)
	for name, e := range map[string]calendar.Entry{"timed": meeting(), "all day": cohort(), "nanoseconds": odd, "any text": awkward()} {
		t.Run(name, func(t *testing.T) {
			first := must(t)(calendar.Invitation(e))
			var fromBSON, fromJSON calendar.Entry
			raw, err := bson.Marshal(e)
			if err == nil {
				err = bson.Unmarshal(raw, &fromBSON)
			}
			if err != nil {
				t.Fatal(err)
			}
			if must(t)(calendar.Invitation(fromBSON)) != first {
				t.Error("read from BSON it is other bytes")
			}
			text, err := json.Marshal(e)
			if err == nil {
				err = json.Unmarshal(text, &fromJSON)
			}
			if err != nil {
				t.Fatal(err)
			}
			if must(t)(calendar.Invitation(fromJSON)) != first {
				t.Error("read from JSON it is other bytes")
			}
		})
	}
}

// TestSnapshot_LeavesOutWhatIsNotSet holds the names that stores and the API see.
func TestSnapshot_LeavesOutWhatIsNotSet(t *testing.T) {
	e := calendar.Entry{UID: "a@b", Organizer: calendar.Address{Email: "cap@portal.example"}, Stamp: time.Unix(0, 0).UTC()}
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := bson.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	stored := bson.Raw(raw).String()
	for _, name := range []string{"attendee", "modified", "location", "cancelled", "partstat"} {
		if strings.Contains(string(text), `"`+name+`"`) || strings.Contains(stored, `"`+name+`"`) {
			t.Errorf("%s is kept though it is not set:\n%s\n%s", name, text, stored)
		}
	}
	for _, name := range []string{"uid", "sequence", "stamp", "start", "end", "summary", "organizer"} {
		if !strings.Contains(string(text), `"`+name+`"`) || !strings.Contains(stored, `"`+name+`"`) {
			t.Errorf("%s is missing:\n%s\n%s", name, text, stored)
		}
	}
}
