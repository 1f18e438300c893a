#pragma once

#include <chrono>
#include <span>
#include <string>

namespace pay::http {

/// A certificate and its key, as texts in PEM.
struct SelfSigned {
  std::string certificate;
  std::string key;  ///< PKCS #8, not encrypted
};

/// When a certificate holds.
struct Validity {
  /// A day back: clocks differ.
  std::chrono::sys_seconds from =
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - std::chrono::days(1);
  /// The longest that browsers take.
  std::chrono::days lasts{397};
};

/// Makes a key on the curve P-256 and a server's certificate for `names` (DNS names, `*.` in front allowed,
/// and IP addresses) that nobody but itself vouches for: who trusts this certificate trusts this server and
/// no other, for it cannot sign further ones. For a classroom and for tests. Throws std::invalid_argument
/// that names the name that is none, and std::runtime_error when there is no randomness.
SelfSigned make_self_signed(std::span<const std::string> names, Validity validity = {});

}  // namespace pay::http
