package i18n

import (
	"encoding/csv"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// stored are the sets of words that the portal stores and shows (contract.md 4),
// by the prefix of their names. They are written out here because this package
// imports none of ours.
var stored = map[string]string{
	"kind": "cap_meeting consultative_meeting symposium national_workshop regional_workshop operation pre_operation_training " +
		"debriefing accreditation_workshop expert_refresher diagnostic_mission elearning_cohort",
	"activity_state": "planned approved invitations_sent registration_open registration_closed in_progress held reporting closed " +
		"in_annex postponed cancelled merged",
	"registration_state": "draft submitted endorsed rejected confirmed waitlisted refused withdrawn replaced attended absent",
	"invitation_answer":  "none accepted declined joined left",
	"notice_state":       "queued sending sent deferred bounced failed cancelled",
	"reply":              "none accepted tentative declined",
	"visibility":         "public members invited operation",
	"lane":               "nomination self_registration invitation_only none",
	"acceptance":         "automatic decided",
	"mode":               "onsite remote hybrid",
	"pool":               "onsite remote",
	"group":              "member regional_entity igo expert right_holder academia public",
	"role":               "administrator officer management contact_point participant",
	"capacity": "head_of_delegation delegate alternate adviser observer_igo observer_ngo observer_non_member right_holder platform " +
		"academia expert resource_person speaker moderator chair vice_chair host_staff other_authority secretariat interpreter " +
		"technical_staff media",
	"member_status": "member status_akin_to_member",
	"region":        "all AMS AP ESA EUR MENA WCA",
	"region.short":  "all AMS AP ESA EUR MENA WCA",
	"language":      "en fr es ar ru pt",
}

func TestWords_EveryStoredWordHasItsName(t *testing.T) {
	sets := maps.Clone(stored)
	sets["kinds"], sets["groups"], sets["registration_sentence"] = stored["kind"], stored["group"], stored["registration_state"]
	b := bundle(t)
	for _, l := range b.Languages() {
		w := b.In(l.Tag)
		for set, words := range sets {
			names := map[string]string{}
			for _, word := range strings.Fields(words) {
				name := w.T(set + "." + word)
				if strings.Contains(name, "⟦") {
					t.Errorf("%s: %s.%s has no name", l.Tag, set, word)
				}
				if other, taken := names[name]; taken {
					t.Errorf("%s: %s.%s and %s.%s have the same name %q", l.Tag, set, word, set, other, name)
				}
				names[name] = word
			}
		}
	}
}

// The Members are named in places as in the directory's own file.
func TestWords_CountriesAreNamedAsInTheDirectory(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "..", "registrations", "directory", "members.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	b := bundle(t)
	for _, row := range rows[1:] {
		for _, l := range b.Languages() {
			if got, want := b.In(l.Tag).Country(row[column["iso2"]]), row[column["name_"+l.Tag]]; got != want {
				t.Errorf("%s %s: %q, in the directory %q", l.Tag, row[column["iso2"]], got, want)
			}
		}
	}
}
