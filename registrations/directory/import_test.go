package directory_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/registrations/directory"
)

func importMembers(t *testing.T, d *directory.Directory, file []byte) directory.Result {
	t.Helper()
	return must(d.ImportMembers(context.Background(), directory.ByImport, bytes.NewReader(file), false))(t)
}

// named gives the faults of an import as the command line begins its lines.
func named(err error) []string {
	var lines []string
	for _, e := range events.Faults(err) {
		lines = append(lines, fmt.Sprintf("line %v, column %s: %s", e.Args["line"], e.Field, e.Key))
	}
	return lines
}

func TestDirectory_ImportMembers(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, d := context.Background(), open(db)
		dry := must(d.ImportMembers(ctx, directory.ByImport, bytes.NewReader(directory.MembersCSV), true))(t)
		want := directory.Result{Added: 188, Members: 187, Others: 1}
		if none := must(d.Organisations(ctx, directory.Query{}))(t); dry != want || len(none) != 0 {
			t.Errorf("a dry run gives %+v and leaves %d organisations", dry, len(none))
		}
		if got := importMembers(t, d, directory.MembersCSV); got != want {
			t.Errorf("imported %+v, want %+v", got, want)
		}

		members := must(d.Members(ctx, day))(t)
		if n, akin := directory.CountMembers(members, day); n != 187 || akin != 1 || len(members) != 188 {
			t.Errorf("%d Members, %d akin, %d in all", n, akin, len(members))
		}
		var others []string
		for _, o := range members {
			if o.Status != directory.StatusMember {
				others = append(others, o.Code+" "+o.Status)
			}
		}
		if !slices.Equal(others, []string{"EU status_akin_to_member"}) {
			t.Errorf("no Members: %v", others)
		}
		before := time.Date(2025, 9, 16, 12, 0, 0, 0, time.UTC) // the day before the 187th joined
		if n, _ := directory.CountMembers(must(d.Members(ctx, before))(t), before); n != 186 {
			t.Errorf("%d Members on %s", n, before)
		}
		zambia := must(d.Organisation(ctx, "ZM"))(t)
		if zambia.Name["fr"] != "Zambie" || zambia.Name["ar"] != "زامبيا" || zambia.Region != "ESA" || zambia.ISO3 != "ZMB" || zambia.M49 != "894" || zambia.Group != events.Member {
			t.Errorf("Zambia is %+v", zambia)
		}

		for name, file := range map[string][]byte{"as it is": directory.MembersCSV, "with a mark and CRLF": append([]byte("\ufeff"), bytes.ReplaceAll(directory.MembersCSV, []byte("\n"), []byte("\r\n"))...)} {
			got := importMembers(t, d, file)
			if want := (directory.Result{Unchanged: 188, Members: 187, Others: 1}); got != want {
				t.Errorf("again, %s: %+v, want %+v", name, got, want)
			}
		}
		if again := must(d.Organisation(ctx, "ZM"))(t); again.Version != 1 || len(again.History) != 1 {
			t.Errorf("importing again changed Zambia: %+v", again)
		}
	})
}

func TestDirectory_ImportMembersChanges(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, d := context.Background(), open(db)
		importMembers(t, d, directory.MembersCSV)
		must(d.ChangeOrganisation(ctx, "officer", "ZM", 1, func(o *directory.Organisation) error {
			o.Domains, o.Until = []string{"customs-zm.example"}, "2030-12-31"
			return nil
		}))(t)
		got := importMembers(t, d, []byte("iso2;name_en;name_fr;region_code;status;accession_date\nZM;Zambia;La Zambie;ESA;member;\nZW;Zimbabwe;Zimbabwe;ESA;member;\n"))
		if want := (directory.Result{Changed: 1, Unchanged: 1, Members: 2}); got != want {
			t.Errorf("imported %+v, want %+v", got, want)
		}
		zambia := must(d.Organisation(ctx, "ZM"))(t)
		entry := zambia.History[len(zambia.History)-1]
		if zambia.Version != 3 || zambia.Name["fr"] != "La Zambie" || zambia.Until != "2030-12-31" || len(zambia.Domains) != 1 || entry.What != "imported" || entry.Detail["fields"] != "name.fr" {
			t.Errorf("Zambia is %+v", zambia)
		}
	})
}

func TestDirectory_ImportMembersRefuses(t *testing.T) {
	const header = "iso2,name_en,name_fr,region_code,status,accession_date\n"
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, d := context.Background(), open(db)
		for name, c := range map[string]struct {
			file string
			want []string
		}{
			"bad rows": {header + "ZM,Zambia,Zambie,ESA,member,\nZAM,x,x,XX,friend,2026-02-30\nSN,,,WCA,,\nZM,Zambia,,ESA,member,\nJO,Jordan\n",
				[]string{"line 6, column name_fr: cells_too_few", "line 3, column status: status_unknown", "line 3, column region_code: region_unknown",
					"line 3, column accession_date: date_invalid", "line 3, column iso2: country_invalid", "line 4, column name_en: name_missing",
					"line 4, column status: status_unknown", "line 5, column iso2: import_twice"}},
			"control character": {header + "ZM,Zambia,\"Zam\nbie\",ESA,member,\n", []string{"line 2, column name_fr: control_characters"}},
			"columns missing":   {"iso2,name\nZM,Zambia\n", []string{"line 1, column name_en: column_missing", "line 1, column region_code: column_missing", "line 1, column status: column_missing"}},
			"broken quote":      {header + "ZM,\"Zambia,Zambie,ESA,member,\nSN,Senegal,,WCA,member,\n", []string{"line 2, column name_en: quote_broken"}},
			"Latin-1":           {header + "SN,S\xe9n\xe9gal,,WCA,member,\n", []string{"line <nil>, column file: file_encoding"}},
			"nothing":           {"", []string{"line <nil>, column file: file_empty"}},
			"100,000 rows":      {header + strings.Repeat("ZM,Zambia,,ESA,member,\n", 100_000), []string{"line <nil>, column file: import_too_many_rows"}},
		} {
			_, err := d.ImportMembers(ctx, directory.ByImport, strings.NewReader(c.file), false)
			if got := named(err); !slices.Equal(got, c.want) {
				t.Errorf("%s:\ngot  %q\nwant %q", name, got, c.want)
			}
			if stored := must(d.Organisations(ctx, directory.Query{}))(t); len(stored) != 0 {
				t.Errorf("%s: %d organisations were stored", name, len(stored))
			}
		}
	})
}

func TestDirectory_ImportPeople(t *testing.T) {
	const header = "email,given_name,family_name,role,organisation,language,expert\n"
	const file = header + "contact.zm@customs-zm.example,Contact point,Zambia,contact_point,ZM,en,\n" +
		"expert.ipr.01@customs-gn.example,Expert,01,,gn,fr,accredited\nOffice@x.example,Delegate,1,,,,\noffice@x.example,Delegate,2,,,,\n"
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		ctx, d := context.Background(), open(db)
		importMembers(t, d, directory.MembersCSV)
		officer := must(d.AddPerson(ctx, directory.ByPortal, person("o@secretariat.example", "Officer", "1", func(p *directory.Person) { p.Role = events.Officer })))(t)
		if dry := must(d.ImportPeople(ctx, officer.ID, strings.NewReader(file), true))(t); dry != (directory.Result{Added: 4}) {
			t.Errorf("a dry run gives %+v", dry)
		}
		for _, want := range []directory.Result{{Added: 4}, {Unchanged: 4}} {
			if got := must(d.ImportPeople(ctx, officer.ID, strings.NewReader(file), false))(t); got != want {
				t.Errorf("imported %+v, want %+v", got, want)
			}
		}
		expert := must(d.PeopleAt(ctx, "expert.ipr.01@customs-gn.example"))(t)[0]
		if expert.Organisation != "GN" || expert.Expert != directory.Accredited || expert.Language != "fr" || expert.Version != 1 || expert.History[0].By != officer.ID {
			t.Errorf("the expert is %+v", expert)
		}
		changed := must(d.ImportPeople(ctx, officer.ID, strings.NewReader(header+"Expert.IPR.01@customs-gn.example,EXPERT,01,,,,recognized\n"), false))(t)
		expert = must(d.Person(ctx, expert.ID))(t)
		if changed != (directory.Result{Changed: 1}) || expert.GivenName != "EXPERT" || expert.Expert != directory.Recognized || expert.Organisation != "GN" || expert.Version != 2 {
			t.Errorf("%+v, the expert is %+v", changed, expert)
		}

		bad := header + "x@y.example,X,1,officer,,,\nx@y.example,X,2,king,XX,de,best\nno address,X,3,,,,\nx@y.example,x,\" 1\",,,,\ny@y.example,Y,1,contact_point,,,\n"
		_, err := d.ImportPeople(ctx, officer.ID, strings.NewReader(bad), false)
		want := []string{"line 2, column role: role_not_yours_to_give", "line 3, column language: language_unknown", "line 3, column role: role_unknown",
			"line 3, column expert: expert_unknown", "line 3, column organisation: organisation_unknown", "line 4, column email: email_no_domain",
			"line 5, column email: import_twice", "line 6, column organisation: contact_point_organisation"}
		if got := named(err); !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		if at := must(d.PeopleAt(ctx, "x@y.example"))(t); len(at) != 0 {
			t.Errorf("a refused import stored %+v", at)
		}
		if got := must(d.ImportPeople(ctx, directory.ByImport, strings.NewReader(header+"x@y.example,X,1,administrator,,,\n"), false))(t); got.Added != 1 {
			t.Errorf("the portal's own import gives %+v", got)
		}
		_, err = d.ImportPeople(ctx, directory.ByImport, strings.NewReader(header+"x@y.example,X,1,officer,,,\n"), false)
		wantKey(t, err, events.Conflict, "last_administrator")
	})
}
