package page

import (
	"strings"
	"sync"
	"testing"
)

// site is a layout, a part and two pages whose own templates have the same names.
func site() map[string]string {
	return map[string]string{
		layoutFile: `{{define "layout"}}{{begin .}}<title>{{template "title" .}}</title>{{block "head" .}}{{end}}{{with .Data}}{{template "content" .}}{{end}}{{end}}`,
		partsFile:  `{{define "shared"}}{{.}}{{end}}{{define "replaced"}}the part{{end}}`,
		"x/a":      `{{define "title"}}A{{end}}{{define "head"}}<meta name="a">{{end}}{{define "content"}}{{range list 1 2}}{{if true}}{{template "own" $}}{{else}}-{{end}}{{end}} {{template "shared" .}} {{template "replaced"}}{{end}}{{define "own"}}(a {{.}}){{end}}`,
		"x/b":      `{{define "title"}}B{{end}}{{define "content"}}{{if false}}-{{else}}{{template "own" .}}{{end}} <a href="/?q={{template "shared" .}}" title='{{template "shared" .}}'>b</a><script>x = {{template "shared" .}}</script>{{template "replaced"}}{{end}}{{define "own"}}(b){{end}}{{define "replaced"}}b's{{end}}`,
	}
}

// Pages that stand in one set know each other's templates as little as if each had a set of its own,
// and what they share is escaped for each place where it stands, whoever is asked for first and however
// many at once.
func TestSets(t *testing.T) {
	r, err := renderer(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"x/a": `<title>A</title><meta name="a">(a &lt;&#39;&amp;)(a &lt;&#39;&amp;) &lt;&#39;&amp; the part`,
		"x/b": `<title>B</title>(b) <a href="/?q=%3c%27%26" title='&lt;&#39;&amp;'>b</a><script>x = "\u003c'\u0026"</script>b's`,
	}
	for _, order := range [][]string{{"x/a", "x/b"}, {"x/b", "x/a"}} {
		set, err := r.build(r.languages[0], site())
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 4 {
			for _, name := range order {
				all.Go(func() {
					var b strings.Builder
					if err := set.Lookup(name).Execute(&b, &Sheet{View: View{Data: "<'&"}}); err != nil {
						t.Errorf("%s: %v", name, err)
					} else if b.String() != want[name] {
						t.Errorf("%s is\n%s\nand not\n%s", name, &b, want[name])
					}
				})
			}
		}
		all.Wait()
	}
}

// What is wrong with one page of a set is told by its name.
func TestSets_NameThePage(t *testing.T) {
	r, err := renderer(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, source := range map[string]string{"NoContent": `{{define "title"}}{{end}}`, "Part": `{{define "title"}}{{end}}{{define "content"}}{{template "nothing"}}{{end}}`} {
		t.Run(name, func(t *testing.T) {
			files := site()
			files["x/c"] = source
			if _, err := r.build(r.languages[0], files); err == nil || !strings.Contains(err.Error(), "x/c") {
				t.Errorf("the fault is %v", err)
			}
		})
	}
}
