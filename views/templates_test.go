package views_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// inline is what the policy refuses in a page.
var inline = regexp.MustCompile(`(?i)<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:|<script(?:\s*>|\s[^>]*\bsrc="(?:https?:)?//)|<script(?:\s+(?:type|defer|async)[^>]*)?>[^<]|<(?:img|link|iframe)[^>]+(?:src|href)="(?:https?:)?//`)

// No template has a style, a script or an event handler of its own, or loads anything from elsewhere.
func TestTemplates_NothingInline(t *testing.T) {
	count := 0
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".html") {
			return err
		}
		count++
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, found := range inline.FindAllString(string(content), -1) {
			if !strings.HasPrefix(found, "<script src=\"{{asset") {
				t.Errorf("%s: %s", name, found)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if count < 5 {
		t.Errorf("only %d templates found", count)
	}
	for _, bad := range []string{`<p style="x">`, `<a onclick="x">`, `<style>`, `<script>x`, `<script src="https://x">`, `<img src="//x">`} {
		if !inline.MatchString(bad) {
			t.Errorf("%s would not be found", bad)
		}
	}
}
