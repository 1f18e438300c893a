#include "client/api_key.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <stdexcept>

namespace pay {
namespace {

/// Tells people and secret scanners what it is.
constexpr std::string_view prefix = "pay_";
using KeyBytes = std::array<unsigned char, 32>;

/// Base64 for URLs (RFC 4648, section 5), without padding.
std::string base64url(const KeyBytes& bytes) {
  std::array<unsigned char, 4 * ((sizeof(KeyBytes) + 2) / 3) + 1> padded{};
  const int size = EVP_EncodeBlock(padded.data(), bytes.data(), static_cast<int>(bytes.size()));
  std::string text(padded.begin(), padded.begin() + size);
  OPENSSL_cleanse(padded.data(), padded.size());
  text.erase(std::min(text.find('='), text.size()));
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

std::string id_of(const KeyHash& hash) {
  return fmt::format("{:02x}{:02x}{:02x}{:02x}", hash[0], hash[1], hash[2], hash[3]);
}

}  // namespace

NewKey make_key(Timestamp now) {
  KeyBytes bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("no random numbers for a key can be had");
  NewKey key{.text = std::string(prefix) + base64url(bytes), .stored = {}};
  OPENSSL_cleanse(bytes.data(), bytes.size());
  const auto hash = hash_of(key.text);
  key.stored = {.id = id_of(hash), .hash = hash, .created_at = now};
  return key;
}

KeyHash hash_of(std::string_view key) {
  KeyHash hash{};
  static_assert(std::tuple_size_v<KeyHash> == SHA256_DIGEST_LENGTH);
  SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), hash.data());
  return hash;
}

}  // namespace pay
