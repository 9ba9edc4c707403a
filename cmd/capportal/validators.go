package main

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"capportal/cmd/capportal/portal"
	"capportal/events"
	"capportal/notify/mail"
	"capportal/views/i18n"
)

// The readers of the settings. An error is the rest of a sentence that begins with the name.

func readAddr(s *portal.Settings, v string) error {
	if err := hostPort(v); err != nil {
		return err
	}
	s.Addr = v
	return nil
}

func readMetricsAddr(s *portal.Settings, v string) error {
	s.MetricsAddr = v
	return hostPort(v)
}

func hostPort(v string) error {
	_, port, err := net.SplitHostPort(v)
	if err != nil {
		return fmt.Errorf("is %q, which is no address: write HOST:PORT, such as 127.0.0.1:8080", v)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fmt.Errorf("is %q, whose port is not between 0 and 65535", v)
	}
	return nil
}

func readBaseURL(s *portal.Settings, v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return fmt.Errorf("is %q, which is not the address of a site: write https://portal.example", v)
	}
	if u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("is %q, but the portal owns its whole host: write no more than %s://%s", v, u.Scheme, u.Host)
	}
	s.BaseURL = u.Scheme + "://" + strings.ToLower(u.Host)
	return nil
}

func readData(s *portal.Settings, v string) error {
	path, err := filepath.Abs(v)
	if err != nil {
		return fmt.Errorf("is %q, which is no folder: %w", v, cause(err))
	}
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return fmt.Errorf("is %s, which is a file: name a folder", v)
	}
	s.Data = path
	return nil
}

func readMongoDB(s *portal.Settings, v string) error {
	scheme, rest, _ := strings.Cut(v, "://")
	hosts, path, _ := strings.Cut(rest, "/")
	name, _, _ := strings.Cut(path, "?")
	// The address itself is not repeated: it may hold a password.
	// A slash in a password makes a host of its beginning, which would be named as one.
	if scheme != "mongodb" && scheme != "mongodb+srv" || hosts == "" || strings.Contains(hosts, " ") || strings.ContainsAny(name, "@:/ ") {
		return errors.New("is not the address of a MongoDB replica set: write mongodb://user:password@host:27017/capportal?replicaSet=rs0, with special characters of the password as %XX")
	}
	if name == "" {
		return errors.New("names no database: write its name before the ?, as in mongodb://host:27017/capportal?replicaSet=rs0")
	}
	s.MongoDB = v
	return nil
}

func readSMTP(s *portal.Settings, v string) error {
	server, err := mail.ParseURL(v)
	if err != nil {
		return fmt.Errorf("is malformed: %w", err)
	}
	s.SMTP = &server
	return nil
}

func readFrom(s *portal.Settings, v string) error {
	from, err := mail.ParseFrom(v)
	if err != nil {
		return fmt.Errorf("is malformed: %w", err)
	}
	s.From = from
	return nil
}

func readProxies(s *portal.Settings, v string) error {
	for _, one := range strings.Split(v, ",") {
		one = strings.TrimSpace(one)
		if _, err := netip.ParseAddr(one); err == nil {
			s.Proxies = append(s.Proxies, one)
		} else if _, err := netip.ParsePrefix(one); err == nil {
			s.Proxies = append(s.Proxies, one)
		} else {
			return fmt.Errorf("names %q, which is no IP address and no network: write 10.0.0.1 or 10.0.0.0/8, with commas between", one)
		}
	}
	return nil
}

func readZone(s *portal.Settings, v string) error {
	if _, err := events.LoadZone(v); err != nil {
		return fmt.Errorf("is %q, which is no time zone: write one such as Europe/Brussels", v)
	}
	s.Zone = v
	return nil
}

func readLanguages(s *portal.Settings, v string) error {
	bundle, err := i18n.Load()
	if err != nil {
		return err
	}
	var known []string
	for _, l := range bundle.Languages() {
		known = append(known, l.Tag)
	}
	s.Languages = nil
	for _, one := range strings.Split(v, ",") {
		one = strings.TrimSpace(one)
		if !slices.Contains(known, one) {
			return fmt.Errorf("names %q; the portal speaks %s", one, strings.Join(known, ","))
		}
		if !slices.Contains(s.Languages, one) {
			s.Languages = append(s.Languages, one)
		}
	}
	return nil
}

// The readers of settings that only later versions act on judge their form alone.

func readDocuments(_ *portal.Settings, v string) error {
	if u, err := url.Parse(v); err != nil || u.Scheme == "" {
		return errors.New("is not the address of a store of files: write file:///var/lib/capportal/documents, or a bucket's URL")
	}
	return nil
}

func readIMAP(_ *portal.Settings, v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "imap" || u.Hostname() == "" {
		return errors.New("is not the address of a mailbox: write imap://user:pass@host:993/INBOX?tls=implicit")
	}
	if !slices.Contains([]string{"", "implicit", "starttls", "none"}, u.Query().Get("tls")) {
		return fmt.Errorf("has tls=%s; it can be implicit, starttls or none", u.Query().Get("tls"))
	}
	return nil
}

func readLMTP(_ *portal.Settings, v string) error {
	if filepath.IsAbs(v) {
		return nil
	}
	host, _, err := net.SplitHostPort(v)
	if err != nil {
		return fmt.Errorf("is %q: write a loopback address such as 127.0.0.1:2424, or the full path of a socket", v)
	}
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return fmt.Errorf("is %q, which others could reach: LMTP listens on this machine alone, as on 127.0.0.1:2424", v)
	}
	return nil
}

func readFile(_ *portal.Settings, v string) error {
	content, err := os.ReadFile(v)
	if err != nil {
		return fmt.Errorf("names %s, which cannot be read: %w", v, cause(err))
	}
	block, _ := pem.Decode(content)
	if block == nil {
		return fmt.Errorf("names %s, which is no key in PEM", v)
	}
	_, err8 := x509.ParsePKCS8PrivateKey(block.Bytes)
	_, err1 := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err8 != nil && err1 != nil {
		return fmt.Errorf("names %s, which holds no private key", v)
	}
	return nil
}

// token is a name as the DNS and mail servers write it.
var token = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$`)

func readToken(_ *portal.Settings, v string) error {
	if !token.MatchString(v) {
		return fmt.Errorf("is %q, which is no name: letters, digits, dots and hyphens", v)
	}
	return nil
}

// cause gives what the system said about a file, without the path, which stands in the sentence.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// loopback tells whether an address or host can be reached from this machine alone.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		host = strings.Trim(addr, "[]")
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
