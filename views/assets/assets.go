// Package assets owns what a browser loads beside a page: one stylesheet, one script, one icon, all
// written by hand and embedded in the program.
//
// Each file is served under an address that holds the checksum of its content, so that a browser
// may keep it for ever and a new release is seen at once. The package knows no page and no words.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/gofiber/fiber/v2"
)

//go:embed *.css *.js *.svg
var embedded embed.FS

// Prefix is where the files are served.
const Prefix = "/assets/"

// types are the media types of what lies here; a file of another kind stops the start.
var types = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// Set is every asset, ready to be served. It never changes after Load.
type Set struct {
	urls  map[string]string // file name → address
	files map[string]*file  // address → content
}

type file struct {
	mediaType, tag string
	plain, packed  []byte
}

// Load reads the embedded files and gives each its address.
func Load() (*Set, error) {
	names, err := fs.Glob(embedded, "*")
	if err != nil {
		return nil, fmt.Errorf("list the assets: %w", err)
	}
	s := &Set{urls: map[string]string{}, files: map[string]*file{}}
	for _, name := range names {
		content, err := embedded.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read the asset: %w", err)
		}
		if err := s.add(name, content); err != nil {
			return nil, fmt.Errorf("asset %s: %w", name, err)
		}
	}
	return s, nil
}

func (s *Set) add(name string, content []byte) error {
	extension := path.Ext(name)
	mediaType, known := types[extension]
	if !known {
		return fmt.Errorf("no media type for %q", extension)
	}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(content); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	tag := hex.EncodeToString(sum[:6])
	url := Prefix + strings.TrimSuffix(name, extension) + "." + tag + extension
	s.urls[name] = url
	s.files[url] = &file{mediaType: mediaType, tag: `"` + tag + `"`, plain: content, packed: packed.Bytes()}
	return nil
}

// URL gives the address of a file ("app.css"), or an error when there is no such file.
func (s *Set) URL(name string) (string, error) {
	url, ok := s.urls[name]
	if !ok {
		return "", fmt.Errorf("there is no asset %q", name)
	}
	return url, nil
}

// Serve answers for one file; what does not exist is left to the next handler.
func (s *Set) Serve(c *fiber.Ctx) error {
	f, ok := s.files[c.Path()]
	if !ok {
		return c.Next()
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.Set(fiber.HeaderETag, f.tag)
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	c.Set(fiber.HeaderContentType, f.mediaType)
	if c.Get(fiber.HeaderIfNoneMatch) == f.tag {
		return c.SendStatus(fiber.StatusNotModified)
	}
	if c.AcceptsEncodings("gzip") == "gzip" && c.Get(fiber.HeaderAcceptEncoding) != "" {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(f.packed)
	}
	return c.Send(f.plain)
}
