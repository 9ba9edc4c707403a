package letters

import (
	_ "embed"
	"fmt"
	"html/template"
	"strings"
)

//go:embed letter.html
var page string

// template.Must cannot fail on a page that the tests have rendered.
var base = template.Must(template.New("letter.html").Parse(page))

// HTML is the letter as a page with inline styles and nothing to be loaded; the button leads to
// address. Equal letters give equal pages.
func (l Letter) HTML(address string) (string, error) {
	start := "left"
	if l.Dir == "rtl" {
		start = "right"
	}
	var b strings.Builder
	err := base.Execute(&b, map[string]any{"L": l, "Start": start, "Address": address})
	if err != nil {
		return "", fmt.Errorf("make up a letter: %w", err)
	}
	return b.String(), nil
}
