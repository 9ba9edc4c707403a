// Package letters owns the make-up of mails: which sentences, facts and button the letter of each
// kind of notice has, and how they become a plain text and an HTML page that mail programs show
// alike.
//
// It is given plain facts and a language's words, and gives a Letter: all its words in their
// language and nothing to be looked up any more. Text and HTML are made from the same Letter, so
// that neither says more than the other. The words lie in the catalogues, area `mail`.
//
// It never decides who is told what, reads no store and knows no secret: where the button leads
// is handed in when the letter is made up, so that no link's token is stored with it.
package letters
