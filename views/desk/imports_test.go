package desk_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"capportal/events"
	"capportal/registrations/audit"
	"capportal/registrations/directory"
)

const peopleHeader = "email,given_name,family_name,role,organisation\n"

// utf16Of writes a text as UTF-16, little endian, with its mark.
func utf16Of(text string) []byte {
	b := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		b = append(b, byte(unit), byte(unit>>8))
	}
	return b
}

// First it is shown, then it is done, then it is recorded; importing again changes nothing.
func TestImport(t *testing.T) {
	h := openHouse(t, true)
	people := peopleHeader + "delegate20.zm@customs-zm.example,Delegate 20,(Zambia),participant,ZM\ndelegate21.sn@douanes-sn.example,Délégué 21,(Sénégal),participant,SN\n"
	programme := "code,kind,title_en,title_fr,start,end,local_hours,tz,mode,status,visibility,capacity_onsite\n" +
		"IPR-2027-01,symposium,A symposium,Un colloque,2027-03-01,2027-03-02,09:00-17:00,Europe/Paris,onsite,planned,public,100\n"
	for _, c := range []struct {
		what        string
		file        []byte
		would, also string
	}{
		{"members", directory.MembersCSV, "186", "187 Members"},
		{"people", utf16Of(people), "2", ""},
		{"programme", []byte(programme), "1", ""},
	} {
		officer, path := h.As(h.officer), "/en/desk/import/"+c.what
		count := func() string {
			return fmt.Sprint(len(h.everybody()), h.organisations(), h.activities())
		}
		before := count()
		a := officer.Upload(path, "file", "file.csv", c.file).Is(ok).Says("What the file would do", "file.csv", c.would, c.also)
		if count() != before {
			t.Errorf("%s: the dry run wrote", c.what)
		}
		action, values := a.Values("main form[method=post]", "act", "import")
		for range 2 { // sent twice, it is done once and says the same
			officer.Post(action, values).Is(ok).Says("What has been imported", c.would, c.also)
		}
		if count() == before {
			t.Errorf("%s: nothing was imported", c.what)
		}
		officer.Upload(path, "file", "file.csv", c.file).Is(ok).Says("There is nothing to import.")
	}
	acts, err := h.Audit.List(h.Ctx, h.Now.Add(-time.Hour), h.Now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	var of []string
	for _, act := range acts {
		if act.What == audit.Import && act.By == h.officer {
			of = append(of, act.Detail["of"]+" "+act.Detail["added"])
		}
	}
	if got := strings.Join(of, ", "); got != "members 186, people 2, programme 1" {
		t.Errorf("recorded is %q", got)
	}
}

func (h *house) everybody() []directory.Person {
	h.T.Helper()
	people, _, err := h.Directory.People(h.Ctx, directory.PeopleQuery{Limit: 200})
	if err != nil {
		h.T.Fatal(err)
	}
	return people
}

func (h *house) organisations() int {
	list, err := h.Directory.Organisations(h.Ctx, directory.Query{})
	if err != nil {
		h.T.Fatal(err)
	}
	return len(list)
}

func (h *house) activities() int {
	list, err := h.Programme.List(h.Ctx, h.Visitor(h.officer), events.Query{})
	if err != nil {
		h.T.Fatal(err)
	}
	return len(list)
}

// A bad file changes nothing, and every bad row is named in the reader's language.
func TestImport_BadFiles(t *testing.T) {
	h := openHouse(t, true)
	row := "delegate%d@customs-zm.example,Delegate,%d,participant,ZM\n"
	good := fmt.Sprintf(row, 1, 1)
	many := strings.Builder{}
	many.WriteString(peopleHeader)
	for n := range 100_000 {
		fmt.Fprintf(&many, row, n, n)
	}
	for name, c := range map[string]struct {
		what, file string
		says       []string
	}{
		"bad row":       {"people", peopleHeader + good + "nonsense,A,B,participant,ZM\n", []string{"Line 3, column email:", "Nothing has been imported."}},
		"two bad rows":  {"people", peopleHeader + "a@b.example,A,B,king,ZM\nc@d.example,C,D,participant,NOWHERE\n", []string{"Line 2, column role:", "Line 3, column organisation:", "2 things"}},
		"twice":         {"people", peopleHeader + good + good, []string{"Line 3, column"}},
		"short row":     {"people", peopleHeader + "a@b.example,A\n", []string{"Line 2, column"}},
		"quote":         {"people", peopleHeader + "a@b.example,A\"b,B,participant,ZM\n", []string{"Line 2, column given_name:"}},
		"column absent": {"people", "email,given_name\na@b.example,A\n", []string{"Line 1, column family_name:"}},
		"empty":         {"people", "", []string{"The file is empty."}},
		"Latin-1":       {"people", "email,name\na@b.example,S\xe9n\xe9gal\n", []string{"neither UTF-8 nor UTF-16"}},
		"UTF-16 bare":   {"people", string(utf16Of(peopleHeader)[2:]), []string{"neither UTF-8 nor UTF-16"}},
		"100,000 rows":  {"people", many.String(), []string{"more than 5,000 rows"}},
		"kind":          {"programme", "code,kind,title_en,title_fr,start,end,local_hours,tz,mode,status,visibility\nIPR-2027-01,party,A,B,2027-03-01,2027-03-02,09:00-17:00,Europe/Paris,onsite,planned,public\n", []string{"Line 2, column kind:"}},
		"status":        {"members", "iso2,name_en,region_code,status\nAD,Andorra,EUR,perhaps\n", []string{"Line 2, column status:"}},
	} {
		before := fmt.Sprint(len(h.everybody()), h.organisations(), h.activities())
		a := h.As(h.officer).Upload("/en/desk/import/"+c.what, "file", "f.csv", []byte(c.file)).Is(wrong)
		if t.Logf("%s: %.200s", name, a.Text()); fmt.Sprint(len(h.everybody()), h.organisations(), h.activities()) != before {
			t.Errorf("%s: something was written", name)
		}
		a.Says(c.says...)
		if a.Doc.Find("input[type=file]").Length() != 1 {
			t.Errorf("%s: no file can be chosen", name)
		}
	}
	h.As(h.officer).Upload("/fr/desk/import/people", "file", "f.csv", []byte(peopleHeader+"nonsense,A,B,participant,ZM\n")).Is(wrong).Says("Ligne 2, colonne email")
	h.As(h.officer).Post("/en/desk/import/people", nil).Is(wrong).Says("Please choose a file.")
	h.As(h.officer).Upload("/en/desk/import/people", "file", "f.csv", make([]byte, 9<<20)).Is(413)
}

// The file that a form carries is judged once more, whatever was done to it meanwhile.
func TestImport_TamperedForm(t *testing.T) {
	h := openHouse(t, true)
	officer := h.As(h.officer)
	for _, content := range []string{"", "%%%", "AAAA", "H4sIAAAAAAAA"} {
		officer.Post("/en/desk/import/people", url.Values{"act": {"import"}, "content": {content}}).Is(wrong)
	}
	a := officer.Upload("/en/desk/import/people", "file", "f.csv", []byte(peopleHeader+"delegate30@customs-zm.example,Delegate,30,administrator,ZM\n"))
	a.Is(wrong).Says("column role") // an officer gives nobody a role of the Secretariat
}
