#pragma once

#include <stdexcept>

/// What every half of the store port throws: a broken world.
namespace pay {

/// The database cannot be reached or cannot write now (connection gone, disk full). Nothing was committed.
class StoreUnavailable : public std::runtime_error {
  using runtime_error::runtime_error;
};
/// Another transaction was in the way (deadlock, lock wait, certification, a key that another instance wrote
/// first). Nothing was committed; load and decide again.
class StoreConflict : public std::runtime_error {
  using runtime_error::runtime_error;
};
/// COMMIT was sent and no answer came. `WriteStore::resolve_lost_commit` tells whether it happened.
class CommitLost : public std::runtime_error {
  using runtime_error::runtime_error;
};
/// The database refused the batch for what is in it. Nothing was committed; its commands are tried one by
/// one.
class StoreRejected : public std::runtime_error {
  using runtime_error::runtime_error;
};

}  // namespace pay
