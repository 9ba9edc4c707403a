// Package seats owns how many seats of an activity are left: claims, releases, the order of the
// waiting list, and the queue in which claims for one activity gather.
//
// One document per activity and pool holds the capacity, how many are left, how many each
// organisation has taken, how many wait and the next waiting number. Every claim is one conditional
// write of that document in the transaction of the registration it is for; nothing else decides
// about seats. Left goes below zero only where an officer overrode a full pool.
//
// The package never knows who a person is, what a registration says, or what anybody is told.
package seats
