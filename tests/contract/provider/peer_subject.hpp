#pragma once

#include <map>

#include "contract/provider/peer_process.hpp"
#include "contract/provider/subject.hpp"
#include "http/curl_client.hpp"
#include "provider/registry.hpp"

namespace pay::test {

using Settings = std::map<std::string, std::string, std::less<>>;

/// All that is to be told of a provider that a scripted peer stands in for.
struct PeerFacts {
  std::string script;  ///< `stripe_peer.py`
  BuiltProvider (*build)(const ProviderParts& parts);
  Settings (*settings)(const std::string& base);  ///< with the peer at that address
  /// The requests by which the work of each verb is done, as faults.py compares them.
  std::map<AttemptKind, std::string> requests;
};

/// A provider over HTTP in front of its peer, which forgets everything first.
class PeerSubject final : public Subject {
 public:
  explicit PeerSubject(const PeerFacts& facts);

  Provider& provider() override;
  Provider& unreachable() override { return *unreachable_; }
  void break_down(const Fault& fault, std::optional<AttemptKind> verb) override;
  void recover() override;
  void payer_says(std::string_view about, bool agrees) override;
  int effects(const Attempt& attempt) override;
  std::optional<Moved> moved() override;

 private:
  std::unique_ptr<Provider> build(const std::string& base, std::chrono::milliseconds deadline);

  const PeerFacts facts_;
  PeerProcess& peer_;
  const SystemClock clock_;
  http::CurlClient client_{http::CurlClient::Options{}};
  const std::unique_ptr<Provider> provider_;
  const std::unique_ptr<Provider> hasty_;
  const std::unique_ptr<Provider> unreachable_;
  bool hangs_ = false;
};

/// `make` of a profile.
inline auto with_peer(PeerFacts facts) {
  return [facts = std::move(facts)]() -> std::unique_ptr<Subject> {
    return std::make_unique<PeerSubject>(facts);
  };
}

}  // namespace pay::test
