// Package mailtest gives tests a mail server on loopback and a certificate for it.
// Nothing but tests imports it.
package mailtest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"testing"
	"time"

	"capportal/notify/mail/sink"
)

// Start opens a sink that closes with the test.
func Start(t testing.TB, options ...sink.Option) *sink.Sink {
	t.Helper()
	s, err := sink.Listen(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// Wait fails the test unless n mails or more came within ten seconds, and gives
// them taken apart, in order of arrival.
func Wait(t testing.TB, s *sink.Sink, n int) []sink.Mail {
	t.Helper()
	ctx, done := context.WithTimeout(context.Background(), 10*time.Second)
	defer done()
	if err := s.Wait(ctx, func(r []sink.Received) bool { return len(r) >= n }); err != nil {
		t.Fatalf("want %d mails: %v", n, err)
	}
	var mails []sink.Mail
	for _, r := range s.Messages() {
		m, err := sink.Parse(r.Data)
		if err != nil {
			t.Fatalf("a mail to %s: %v\n%s", r.To, err, r.Data)
		}
		mails = append(mails, m)
	}
	return mails
}

// Certificate makes a certificate for 127.0.0.1 and the pool that trusts it.
func Certificate(t testing.TB) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "mail sink"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}
