#pragma once

#include <memory>
#include <string>

#include "storage/store.hpp"

namespace pay::sqlite {

struct Options {
  std::string path;
};

/// Another process serves or migrates this file.
class FileInUse : public StoreUnavailable {
  using StoreUnavailable::StoreUnavailable;
};

/// Opens the file, creates it when it is not there, brings its schema up, and keeps every second `serve` or
/// `migrate` out until the store is gone: by a lock on `FILE.lock`, never on the database itself (closing any
/// descriptor of a file drops SQLite's own locks on it). Throws FileInUse, StoreUnavailable, StoreRejected
/// (the schema is of a newer version).
///
/// One writer at a time; a thread of the store moves what is committed from the write-ahead log into the
/// file.
std::unique_ptr<Store> open(const Options& options);

/// For operators' commands: as `open`, but a file that is being served is written beside its service, when
/// its schema is of this version. Its writers draw no ids. Throws the same, FileInUse never.
std::unique_ptr<Store> open_beside(const Options& options);

/// For operators: reads a file that exists, beside a service or after a crash. Throws StoreUnavailable.
std::unique_ptr<ReadStore> open_to_read(const Options& options);

}  // namespace pay::sqlite
