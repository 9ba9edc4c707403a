package i18n

// dynamicPrefixes are the keys that code makes at run time, of a literal prefix
// and a stored word. Whoever adds one declares it here; the scan of the sources
// counts every key below it as used, and refuses a prefix that is not declared.
var dynamicPrefixes = []string{
	"acceptance.",
	"capacity.",
	"change.",  // what a history's entry says was done
	"city.",    // IANA zone
	"country.", // ISO 3166-1, two letters
	"error.",   // key of a user's error
	"event.",   // what happened to a registration
	"expert_state.",
	"fault.", // heading of an error's page, by key or class
	"field.", // name of a form's field
	"group.",
	"groups.",
	"kind.",
	"kinds.",
	"lane.",
	"language.", // BCP 47 tag
	"member_status.",
	"mode.",
	"month.",
	"nav.",
	"notice_kind.",
	"pool.",
	"region.",
	"region.short.",
	"role.",
	"activity_state.",
	"invitation_answer.",
	"notice_state.",
	"registration_state.",
	"reply.",
	"registration_sentence.",
	"told.", // what the act before this page did
	"board.all.lead.",
	"board.override.ask.",
	"board.sort.",
	"board.tally.",
	"delegation.answer.",
	"delegation.ask.",
	"delegation.ask.answer.",
	"delegation.ask.title.",
	"enter.lead.",
	"event_do.",
	"event_note.",
	"field.answers.",
	"history.by.",
	"import.title.",
	"import.lead.",
	"field.seats.",
	"field.deadlines.",
	"registration.override.",
	"registration.via.",
	"standing.",
	"activity_sentence.", // how an activity stands, in a sentence
	"step.",              // what takes an activity to a state
	"visibility.",
	"standing_public.",
	"register.step.",
	"register.lead.",
	"activity.next.",
	"activity.seats_",
	"activity.lane.",
	"visibility_short.",
	"wait_reason.",
	"weekday.",
	"yours.activity_",
	"zone.", // IANA zone
}

// unusedKeysFail turns a key that nothing uses into a failure of the test. It is
// off while pages are still being built.
const unusedKeysFail = false
