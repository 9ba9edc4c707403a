// Package mail is the way out: it turns one Message into the bytes of one mail,
// and hands them to the mail server by SMTP.
//
// It owns the MIME structure that calendar clients demand (RFC 6047 2.4;
// calendar-rules.md 45 to 53), the pool of connections, and the judgement
// whether a refusal is final. Equal messages give equal bytes, so that a notice
// sent again after a crash is the same mail to whoever receives it twice.
//
// It never chooses a word of a mail, never makes a calendar object, never
// decides who is told or when to try again, and knows no store: letters,
// calendar, notify and outbox do.
package mail
