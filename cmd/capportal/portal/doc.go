// Package portal puts the portal together: the database, the houses on it, the pages, the loops. It is
// the one place that does, so that the program, its commands, the demo and the tests of the whole run
// the same portal.
//
// It decides nothing and holds no rule; it knows no flag and no environment, which are the program's.
//
// # Figures
//
// With CAPPORTAL_METRICS_ADDR the portal offers its figures to Prometheus at /metrics, on a listener of
// its own: they count what is hidden too. No label holds a person, an activity or an address.
//
//	capportal_http_requests_total{route,method,status}   requests answered; the route's pattern or "none", the status as "2xx"
//	capportal_http_request_duration_seconds{route}       how long they took, a histogram
//	capportal_http_requests_in_flight                    being answered now
//	capportal_claims_total{result}                       claims for seats: confirmed, promoted, waitlisted, refused, busy
//	capportal_queue_batch_acts                           acts that went together in one transaction, a histogram
//	capportal_queue_waiting_acts                         acts that stand in line for their activity
//	capportal_transactions_total{result}                 transactions: committed, refused, busy, lost, unknown
//	capportal_transaction_retries_total                  further runs of transactions, for whatever reason
//	capportal_transaction_conflicts_total                runs that met another writer (MongoDB)
//	capportal_transaction_commit_duration_seconds        from the end of a transaction's work until it is durable, a histogram
//	capportal_outbox_notices{state}                      notices that are not sent: queued, sending, deferred
//	capportal_outbox_oldest_due_age_seconds              since when the next notice could have been sent; 0: none is late
//	capportal_mails_total{result}                        mails tried: sent, deferred, failed
//	capportal_engine_info{kind}                          1 for the engine: embedded, mongodb, memory
//	capportal_collection_documents{collection}           documents that are stored
//	capportal_store_file_bytes                           size of the embedded file
//	capportal_ready                                      1 while /readyz says yes
//
// Beside them stand those of the Go runtime (go_*), of the process (process_*) and of the build
// (go_build_info). What is read from the database is read at most every five seconds, however often it
// is asked for, and is left out while the database does not answer.
package portal
