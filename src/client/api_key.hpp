#pragma once

#include <string>
#include <string_view>

#include "storage/client_store.hpp"

namespace pay {

/// A key as its owner keeps it: `pay_` and 256 random bits in base64url. Shown once, never stored, never
/// logged.
struct NewKey {
  std::string text;
  ClientKey stored;
};
NewKey make_key(Timestamp now);

/// SHA-256 of the key's text. The key is random, so that a fast hash without salt keeps it (NIST SP 800-63B
/// asks for slow ones where people choose).
KeyHash hash_of(std::string_view key);

}  // namespace pay
