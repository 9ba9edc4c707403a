package papers

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

const plain = "code,name\nZM,Zambia\nSN,Sénégal\nJO,الأردن\n"

// in16 writes a text as UTF-16 with a byte order mark.
func in16(text string, order binary.AppendByteOrder) []byte {
	file := order.AppendUint16(nil, 0xFEFF)
	for _, unit := range utf16.Encode([]rune(text)) {
		file = order.AppendUint16(file, unit)
	}
	return file
}

func TestReadTable_Encodings(t *testing.T) {
	for name, file := range map[string][]byte{
		"UTF-8":                   []byte(plain),
		"UTF-8 with mark":         []byte("\ufeff" + plain),
		"UTF-16 little endian":    in16(plain, binary.LittleEndian),
		"UTF-16 big endian":       in16(plain, binary.BigEndian),
		"CRLF":                    []byte(strings.ReplaceAll(plain, "\n", "\r\n")),
		"semicolons":              []byte(strings.ReplaceAll(plain, ",", ";")),
		"UTF-16 CRLF semicolons":  in16(strings.NewReplacer("\n", "\r\n", ",", ";").Replace(plain), binary.LittleEndian),
		"no line end at the end":  []byte(strings.TrimSuffix(plain, "\n")),
		"blank rows":              []byte(strings.ReplaceAll(plain, "\nSN", "\n ,\nSN")),
		"an empty column at last": []byte(strings.ReplaceAll(plain, "\n", ",\n")),
	} {
		t.Run(name, func(t *testing.T) {
			table, err := ReadTable(bytes.NewReader(file), 0)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range table.Rows {
				got = append(got, r.Cell("code")+"="+r.Cell("name"))
			}
			if want := []string{"ZM=Zambia", "SN=Sénégal", "JO=الأردن"}; !slices.Equal(got, want) {
				t.Errorf("rows %q, want %q", got, want)
			}
		})
	}
}

func TestReadTable_Refuses(t *testing.T) {
	utf32 := []byte{0xFF, 0xFE, 0, 0, 'a', 0, 0, 0}
	for name, c := range map[string]struct {
		file  []byte
		limit int
		want  error
	}{
		"nothing":                {nil, 0, ErrEmpty},
		"only a mark":            {[]byte("\ufeff"), 0, ErrEmpty},
		"only separators":        {[]byte(",,\n"), 0, ErrEmpty},
		"Latin-1":                {[]byte("code,name\nSN,S\xe9n\xe9gal\n"), 0, ErrEncoding},
		"UTF-16 without mark":    {in16(plain, binary.LittleEndian)[2:], 0, ErrEncoding},
		"UTF-16 cut in half":     {in16(plain, binary.LittleEndian)[:21], 0, ErrEncoding},
		"UTF-16 half a pair":     {[]byte{0xFE, 0xFF, 0xD8, 0x00, 0, 'a'}, 0, ErrEncoding},
		"UTF-16 pair at the end": {[]byte{0xFE, 0xFF, 0, 'a', 0xD8, 0x00}, 0, ErrEncoding},
		"UTF-32":                 {utf32, 0, ErrEncoding},
		"a spreadsheet":          {[]byte("PK\x03\x04\x00\x00"), 0, ErrEncoding},
		"100,000 rows":           {[]byte("a\n" + strings.Repeat("x\n", 100_000)), 5000, TooManyRows{5000}},
		"one row too many":       {[]byte("a\n1\n2\n3\n"), 2, TooManyRows{2}},
		"too many bytes":         {bytes.Repeat([]byte("x"), MaxBytes+1), 0, TooManyBytes{MaxBytes}},
	} {
		t.Run(name, func(t *testing.T) {
			table, err := ReadTable(bytes.NewReader(c.file), c.limit)
			if !errors.Is(err, c.want) || table != nil {
				t.Errorf("got %v, %v; want %v", table, err, c.want)
			}
		})
	}
	if _, err := ReadTable(strings.NewReader("a\n1\n2\n"), 2); err != nil {
		t.Errorf("as many rows as the limit: %v", err)
	}
}

func TestReadTable_BrokenRows(t *testing.T) {
	for name, c := range map[string]struct {
		file  string
		want  RowErrors
		sound int // rows still given; -1: no table
	}{
		"too few and too many": {"a,b\n1,2\n3\n4,5\n6,7,8\n", RowErrors{{3, "b", TooFewCells}, {5, "3", TooManyCells}}, 2},
		"stray quote":          {"a,b\n1,2\n3,x\"y\n", RowErrors{{3, "b", BrokenQuote}}, -1},
		"text after a quote":   {"a,b\n\"1\"2,3\n", RowErrors{{2, "a", BrokenQuote}}, -1},
		"quote never closed":   {"a,b\n1,2\n3,\"4\n5,6\n7,8\n", RowErrors{{3, "b", BrokenQuote}}, -1},
		"unclosed on the last": {"a,b\n1,\"2", RowErrors{{2, "b", BrokenQuote}}, -1},
		"column twice":         {"a,B,b\n1,2,3\n", RowErrors{{1, "b", ColumnTwice}}, -1},
		"header broken":        {"a,b\"\n", RowErrors{{1, "2", BrokenQuote}}, -1},
	} {
		t.Run(name, func(t *testing.T) {
			table, err := ReadTable(strings.NewReader(c.file), 0)
			var got RowErrors
			if !errors.As(err, &got) || !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			sound := -1
			if table != nil {
				sound = len(table.Rows)
			}
			if sound != c.sound {
				t.Errorf("%d sound rows, want %d", sound, c.sound)
			}
		})
	}
}

func TestReadTable_CountsLines(t *testing.T) {
	file := "kind,note\r\nfirst,\"two\r\nlines, and \"\"quotes\"\"\"\r\n\r\nsecond,x\r\n,\r\nthird,y"
	for name, encoded := range map[string][]byte{"UTF-8": []byte(file), "UTF-16": in16(file, binary.BigEndian)} {
		table, err := ReadTable(bytes.NewReader(encoded), 0)
		if err != nil {
			t.Fatal(err)
		}
		var lines []int
		for _, r := range table.Rows {
			lines = append(lines, r.Line)
		}
		if want := []int{2, 5, 7}; !slices.Equal(lines, want) {
			t.Errorf("%s: lines %v, want %v", name, lines, want)
		}
		if got := table.Rows[0].Cell("note"); got != "two\nlines, and \"quotes\"" {
			t.Errorf("%s: quoted cell %q", name, got)
		}
		if got := table.Rows[1].Cell("absent"); got != "" {
			t.Errorf("a column that is not there gave %q", got)
		}
	}
}

func TestTable_Require(t *testing.T) {
	table, err := ReadTable(strings.NewReader(" Code ;\"Name; in full\";\nZM;Zambia;\n"), 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := table.Require("code", "name; in full"); err != nil {
		t.Error(err)
	}
	var got RowErrors
	if !errors.As(table.Require("code", "role", ""), &got) || !slices.Equal(got, RowErrors{{1, "role", ColumnAbsent}, {1, "", ColumnAbsent}}) {
		t.Errorf("missing columns: %v", got)
	}
	fault := table.Rows[0].Fault("kind", "kind_unknown")
	if fault.Error() != "line 2, column kind: kind_unknown" {
		t.Errorf("fault reads %q", fault)
	}
}

func TestWriteCSV(t *testing.T) {
	var out bytes.Buffer
	rows := [][]string{{"=1+1", "+41 2", "-1", "@x"}, {"\tx", "\rx", `say "hi", Zoë`, ""}, {"a=b", "'=x", "x\ny", "é"}}
	if err := WriteCSV(&out, []string{"=h", "b", "c", "d"}, rows); err != nil {
		t.Fatal(err)
	}
	want := "\ufeff'=h,b,c,d\r\n" + "'=1+1,'+41 2,'-1,'@x\r\n" + "'\tx,'x,\"say \"\"hi\"\", Zoë\",\r\n" + "a=b,'=x,\"x\r\ny\",é\r\n"
	got := strings.ReplaceAll(out.String(), "\"'x\"", "'x")
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if err := WriteCSV(failing{}, []string{"a"}, nil); err == nil {
		t.Error("a writer that fails was not noticed")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// FuzzReadTable holds that no file makes the reader panic, that lines rise, that each row has a
// cell for each column, and that what was read can be written and read again.
func FuzzReadTable(f *testing.F) {
	for _, seed := range [][]byte{[]byte(plain), in16(plain, binary.LittleEndian), in16(plain, binary.BigEndian),
		[]byte("a;b\n\"x\ny\";2\n"), []byte("a,b\n1\n"), []byte("a,b\n\"1"), []byte("\xff\xfea"), nil} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		const limit = 100
		table, err := ReadTable(bytes.NewReader(file), limit)
		if table == nil {
			if err == nil {
				t.Fatal("neither table nor error")
			}
			return
		}
		last := 0
		var rows [][]string
		for _, r := range table.Rows {
			if r.Line <= last || len(r.cells) != len(table.Columns) {
				t.Fatalf("row %v after line %d, %d columns", r, last, len(table.Columns))
			}
			last = r.Line
			rows = append(rows, r.cells)
		}
		if len(rows) > limit {
			t.Fatalf("%d rows, limit %d", len(rows), limit)
		}
		var out bytes.Buffer
		if err := WriteCSV(&out, table.Columns, rows); err != nil {
			t.Fatal(err)
		}
		again, err := ReadTable(&out, 0)
		if err != nil && !errors.Is(err, ErrEmpty) && !renamed(table.Columns) {
			t.Fatalf("what was written cannot be read: %v\n%s", err, fmt.Sprint(rows))
		}
		if again != nil && len(again.Rows) != len(rows) && !renamed(table.Columns) {
			t.Fatalf("%d rows written, %d read", len(rows), len(again.Rows))
		}
	})
}

// renamed tells whether writing changes the header, so that it may read otherwise: an apostrophe
// comes before a formula, and more semicolons than commas would part the cells elsewhere.
func renamed(columns []string) bool {
	joined := strings.Join(columns, "")
	return strings.ContainsAny(joined, "=+-@\t\r\n;\"'") || len(columns) == 1
}
