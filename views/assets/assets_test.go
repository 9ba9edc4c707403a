package assets

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
)

func TestServe(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	app := fiber.New()
	app.Get(Prefix+"*", set.Serve)
	url, err := set.URL("app.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, url, header, value string
		status                   int
		encoding                 string
	}{
		{"Plain", url, "", "", 200, ""},
		{"Packed", url, "Accept-Encoding", "gzip, br", 200, "gzip"},
		{"Known", url, "If-None-Match", `"` + strings.Split(url, ".")[1] + `"`, 304, ""},
		{"Unknown", Prefix + "app.css", "", "", 404, ""},
		{"Outside", Prefix + "../assets.go", "", "", 404, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req := httptest.NewRequest("GET", tt.url, nil)
			if tt.header != "" {
				req.Header.Set(tt.header, tt.value)
			}
			res, err := app.Test(req)
			if err != nil {
				t.Fatal(err)
			}
			if res.StatusCode != tt.status || res.Header.Get("Content-Encoding") != tt.encoding {
				t.Errorf("%d %q", res.StatusCode, res.Header.Get("Content-Encoding"))
			}
			if res.StatusCode == 200 && (!strings.Contains(res.Header.Get("Cache-Control"), "immutable") || res.Header.Get("Content-Type") != "text/css; charset=utf-8") {
				t.Errorf("%v", res.Header)
			}
		})
	}
	if _, err := set.URL("none.css"); err == nil {
		t.Error("an asset that is not there has an address")
	}
}

// All of it together leaves a page room within 60 KB.
func TestWeight(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, f := range set.files {
		total += len(f.plain)
	}
	if total > 30_000 {
		t.Errorf("the assets weigh %d bytes", total)
	}
}

// physical are the properties and values that do not turn round with the language.
var physical = regexp.MustCompile(`(?:^|[\s;{])((?:margin|padding|border)-(?:left|right|top|bottom)[a-z-]*|(?:left|right|top|bottom|width|height|(?:min|max)-(?:width|height)|float)\s*:|text-align:\s*(?:left|right))`)

// The style sheet knows start and end, never left and right, so that Arabic mirrors by itself. It
// loads nothing from elsewhere.
func TestStyle_Logical(t *testing.T) {
	css, err := embedded.ReadFile("app.css")
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(string(css), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "@media") {
			line = line[strings.Index(line, "{"):]
		}
		if found := physical.FindString(line); found != "" {
			t.Errorf("line %d: %s", i+1, found)
		}
		for _, outside := range []string{"@import", "url(", "http:", "https:"} {
			if strings.Contains(line, outside) {
				t.Errorf("line %d: %s", i+1, outside)
			}
		}
	}
	if !physical.MatchString("a { margin-left: 1px }") || !physical.MatchString("a{left:0}") || !physical.MatchString("a { text-align: right }") {
		t.Error("the test would find nothing")
	}
}
