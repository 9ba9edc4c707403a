package page_test

import (
	"io"
	"net/http/httptest"
	"testing"

	"github.com/gofiber/fiber/v2"

	"capportal/views/page"
)

func TestAsker(t *testing.T) {
	for name, tt := range map[string]struct {
		proxies, forwarded []string
		want               string
	}{
		"Direct":             {nil, nil, "0.0.0.0"},
		"ErrForgedDirectly":  {nil, []string{"192.0.2.9"}, "0.0.0.0"},
		"OneProxy":           {[]string{"0.0.0.0"}, []string{"192.0.2.1"}, "192.0.2.1"},
		"ErrForgedBefore":    {[]string{"0.0.0.0"}, []string{"203.0.113.7, 192.0.2.1"}, "192.0.2.1"},
		"ErrForgedLine":      {[]string{"0.0.0.0"}, []string{"203.0.113.7", "192.0.2.1"}, "192.0.2.1"},
		"TwoProxies":         {[]string{"0.0.0.0", "10.0.0.0/8"}, []string{"203.0.113.7, 192.0.2.1, 10.1.2.3"}, "192.0.2.1"},
		"ErrNotAnAddress":    {[]string{"0.0.0.0"}, []string{"192.0.2.1, unknown"}, "0.0.0.0"},
		"ProxyItselfAsks":    {[]string{"0.0.0.0"}, nil, "0.0.0.0"},
		"MappedIntoIPv6":     {[]string{"0.0.0.0"}, []string{"::ffff:192.0.2.1"}, "192.0.2.1"},
		"NetworkBehindProxy": {[]string{"0.0.0.0"}, []string{"2001:db8::1"}, "2001:db8::1"},
	} {
		t.Run(name, func(t *testing.T) {
			app := fiber.New(fiber.Config{EnableTrustedProxyCheck: true, TrustedProxies: tt.proxies, ProxyHeader: fiber.HeaderXForwardedFor})
			app.Get("/", func(c *fiber.Ctx) error { return c.SendString(page.Asker(c)) })
			r := httptest.NewRequest("GET", "/", nil)
			for _, line := range tt.forwarded {
				r.Header.Add("X-Forwarded-For", line)
			}
			answer, err := app.Test(r, -1)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(answer.Body)
			if err != nil || string(got) != tt.want {
				t.Errorf("asked by %q, want %q, %v", got, tt.want, err)
			}
		})
	}
}
