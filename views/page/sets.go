package page

import (
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	syntax "text/template/parse"

	"capportal/views/i18n"
)

// pageFiles reads the source of every page, by its name: "desk/board".
func pageFiles(sources map[string]fs.FS) (map[string]string, error) {
	files := map[string]string{}
	read := func(folder string, from fs.FS) error {
		names, err := fs.Glob(from, "*.html")
		if err != nil {
			return fmt.Errorf("list the templates of %s: %w", folder, err)
		}
		if len(names) == 0 {
			return fmt.Errorf("there is no template in %s", folder)
		}
		for _, n := range names {
			content, err := fs.ReadFile(from, n)
			if err != nil {
				return fmt.Errorf("read the template: %w", err)
			}
			files[path.Join(folder, strings.TrimSuffix(n, ".html"))] = string(content)
		}
		return nil
	}
	if err := read("page", own); err != nil {
		return nil, err
	}
	for folder, from := range sources {
		if err := read(folder, from); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// The files that are no page, which every page shares.
const layoutFile, partsFile = "page/layout", "page/parts"

// build makes the set of one language. A page is a layout that calls the page's own templates by names
// that no other page has; all else they share. A set for each page and language held so many copies of it
// that half the portal's memory, and of its start, was theirs.
func (r *Renderer) build(l i18n.Language, files map[string]string) (*template.Template, error) {
	empty := template.New("").Option("missingkey=error").Funcs(r.functions(r.bundle.In(l.Tag)))
	set, err := empty.Clone()
	if err != nil {
		return nil, err
	}
	for _, name := range []string{layoutFile, partsFile} {
		if _, err := set.New(name).Parse(files[name]); err != nil {
			return nil, err
		}
	}
	layout := set.Lookup("layout").Tree
	var pages []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if name == layoutFile || name == partsFile {
			continue
		}
		page, err := empty.Clone()
		if err != nil {
			return nil, err
		}
		if _, err := page.New(name).Parse(files[name]); err != nil {
			return nil, err
		}
		if err := add(set, layout, page, name); err != nil {
			return nil, err
		}
		pages = append(pages, name)
	}
	return set, escape(set, pages)
}

// add puts a page into a set: its own templates under names of their own, and the layout that calls them.
func add(set *template.Template, layout *syntax.Tree, page *template.Template, name string) error {
	own, trees := map[string]string{}, map[string]*syntax.Tree{name: layout.Copy()}
	for _, t := range page.Templates() {
		if t.Tree != nil && t.Name() != name {
			own[t.Name()] = name + ":" + t.Name()
			trees[own[t.Name()]] = t.Tree
		}
	}
	for _, block := range []string{"title", "content"} {
		if own[block] == "" {
			return fmt.Errorf("page %s does not define %q", name, block)
		}
	}
	for as, tree := range trees {
		rename(tree.Root, own)
		if _, err := set.AddParseTree(as, tree); err != nil {
			return fmt.Errorf("page %s: %w", name, err)
		}
	}
	return nil
}

// rename has everything that is called within a node called by its new name.
func rename(within syntax.Node, names map[string]string) {
	branch := func(b syntax.BranchNode) {
		rename(b.List, names)
		rename(b.ElseList, names)
	}
	switch n := within.(type) {
	case *syntax.ListNode:
		if n == nil {
			return
		}
		for _, inner := range n.Nodes {
			rename(inner, names)
		}
	case *syntax.IfNode:
		branch(n.BranchNode)
	case *syntax.RangeNode:
		branch(n.BranchNode)
	case *syntax.WithNode:
		branch(n.BranchNode)
	case *syntax.TemplateNode:
		if name, ok := names[n.Name]; ok {
			n.Name = name
		}
	}
}

var errProbe = errors.New("nothing to render")

// escape has html/template escape every page, all at once: what is shared between pages must be seen in
// every place where it stands before it is changed for one of them. The layout's first action stops the
// rendering, so that only the escaping is done.
func escape(set *template.Template, pages []string) error {
	const all = "all pages"
	var calls strings.Builder
	for _, name := range pages {
		fmt.Fprintf(&calls, "{{template %q .}}", name)
	}
	if _, err := set.New(all).Parse(calls.String()); err != nil {
		return err
	}
	if err := set.ExecuteTemplate(io.Discard, all, (*Sheet)(nil)); !errors.Is(err, errProbe) {
		return err
	}
	return nil
}

// begin is the layout's first action; see escape.
func begin(s *Sheet) (string, error) {
	if s == nil {
		return "", errProbe
	}
	return "", nil
}
