package engine_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"capportal/cmd/capportal/engine/embedded"
)

// What one engine lacks, or does otherwise than the other, no store may use. This
// reads the source of the whole program: every operator in a string must be one that
// the embedded engine has, every method one that it does not refuse, every sort must end
// in _id. At run time the embedded engine refuses the same.
func TestStores_UseWhatBothEnginesHave(t *testing.T) {
	allowed := embedded.Operators()
	checked := 0
	root := filepath.Join("..", "..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && d.Name() != ".." || d.Name() == "engine" || d.Name() == "capload") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		if importsDatabase(file) {
			checked++
			for _, trap := range traps(set, file, allowed) {
				t.Error(trap)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files checked", checked)
}

func importsDatabase(file *ast.File) bool {
	return slices.ContainsFunc(file.Imports, func(i *ast.ImportSpec) bool {
		return strings.Contains(i.Path.Value, "256dpi/lungo") || strings.Contains(i.Path.Value, "mongo-driver")
	})
}

var (
	operator   = regexp.MustCompile(`^\$[a-zA-Z]+$`)
	positional = regexp.MustCompile(`^[a-z_.]+\.\$($|[.\[])`)
	// Methods of collections and options that the embedded engine refuses.
	missing = []string{"Aggregate", "Watch", "Distinct", "FindOneAndDelete", "FindOneAndReplace", "FindOneAndUpdate", "CreateView",
		"SearchIndexes", "RunCommand", "RunCommandCursor", "SetArrayFilters", "SetCollation", "SetLet", "SetCursorType", "SetMin",
		"SetOplogReplay", "SetOrdered", "SetShowRecordID", "SetReturnKey", "SetBypassDocumentValidation"}
)

// traps lists what a file does that one of the engines does not.
func traps(set *token.FileSet, file *ast.File, allowed []string) (found []string) {
	add := func(n ast.Node, why string) { found = append(found, set.Position(n.Pos()).String()+": "+why) }
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			s, err := strconv.Unquote(n.Value)
			if n.Kind != token.STRING || err != nil {
				break
			}
			if operator.MatchString(s) && !slices.Contains(allowed, s) {
				add(n, "the embedded engine has no "+s)
			}
			if positional.MatchString(s) {
				add(n, "the embedded engine has no positional $")
			}
		case *ast.CallExpr:
			sel, ok := n.Fun.(*ast.SelectorExpr)
			if !ok {
				break
			}
			if slices.Contains(missing, sel.Sel.Name) {
				add(n, "the embedded engine refuses "+sel.Sel.Name)
			}
			if sel.Sel.Name == "IsDuplicateKeyError" {
				add(n, "ask lungo.IsUniquenessError")
			}
			if sel.Sel.Name == "SetSort" && len(n.Args) == 1 && !endsInID(n.Args[0]) {
				add(n, "a sort must end in _id, or two engines differ")
			}
		}
		return true
	})
	return found
}

// endsInID says whether a sort written out as a bson.D has _id as its last key; one
// that is not written out is taken on trust.
func endsInID(arg ast.Expr) bool {
	list, ok := arg.(*ast.CompositeLit)
	if !ok || len(list.Elts) == 0 {
		return !ok
	}
	last, ok := list.Elts[len(list.Elts)-1].(*ast.CompositeLit)
	if !ok || len(last.Elts) == 0 {
		return true
	}
	key := last.Elts[0]
	if kv, ok := key.(*ast.KeyValueExpr); ok {
		key = kv.Value
	}
	lit, ok := key.(*ast.BasicLit)
	return !ok || lit.Value == `"_id"`
}

func TestTraps(t *testing.T) {
	source := `package p
		import "go.mongodb.org/mongo-driver/bson"
		func f() {
			c.Aggregate(ctx, nil)
			c.Find(ctx, bson.M{"name": bson.M{"$regex": "x"}})
			c.UpdateOne(ctx, q, bson.M{"$set": bson.M{"sessions.$.title": 1}})
			options.Find().SetSort(bson.D{{Key: "start", Value: 1}})
			options.Find().SetSort(bson.D{{"start", 1}, {"_id", 1}})
			mongo.IsDuplicateKeyError(err)
		}`
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "p.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := traps(set, file, []string{"$set"}); !importsDatabase(file) || len(got) != 5 {
		t.Errorf("found %q", got)
	}
}
