#include "contract/provider/peer_subject.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

namespace pay::test {
namespace {

namespace json = boost::json;

// Never reached where the peer answers, however busy the machine is.
constexpr std::chrono::seconds patience{20};
// What a request that hangs costs the suite.
constexpr std::chrono::milliseconds haste{300};

// RFC 863's port, where nobody listens on loopback.
constexpr auto nowhere = "http://127.0.0.1:9";

}  // namespace

PeerSubject::PeerSubject(const PeerFacts& facts)
    : facts_(facts),
      peer_(PeerProcess::named(facts.script)),
      provider_(build(peer_.base(), patience)),
      hasty_(build(peer_.base(), haste)),
      unreachable_(build(nowhere, patience)) {
  peer_.order("reset", {});
}

std::unique_ptr<Provider> PeerSubject::build(const std::string& base, std::chrono::milliseconds deadline) {
  const auto settings = facts_.settings(base);
  const auto setting = [&](std::string_view name) {
    const auto found = settings.find(name);
    return found == settings.end() ? std::string{} : found->second;
  };
  return facts_.build({.setting = setting, .client = client_, .clock = clock_, .deadline = deadline})
      .provider;
}

Provider& PeerSubject::provider() {
  return hangs_ ? *hasty_ : *provider_;
}

void PeerSubject::break_down(const Fault& fault, std::optional<AttemptKind> verb) {
  hangs_ = fault.kind.starts_with("hang");
  const auto on = verb ? facts_.requests.at(*verb) : "[A-Z]+ /";
  const json::object one{{"on", on}, {"kind", fault.kind}, {"times", -1}, {"effect", fault.has_effect}};
  peer_.order("faults", {{"faults", json::array{one}}});
}

void PeerSubject::recover() {
  hangs_ = false;
  peer_.order("faults", {{"faults", json::array{}}});
}

void PeerSubject::payer_says(std::string_view about, bool agrees) {
  peer_.order("payers", {{"id", about}, {"outcome", agrees ? "approve" : "fail"}});
}

int PeerSubject::effects(const Attempt& attempt) {
  const auto state = peer_.state();
  if (attempt.kind != AttemptKind::refund)
    return static_cast<int>(state.at("effects").at(name(attempt.kind)).as_int64());
  const auto& refunds = state.at("refunds").as_array();
  return static_cast<int>(std::ranges::count_if(
      refunds, [&](const json::value& one) { return one.at("key").as_string() == provider_key(attempt); }));
}

std::optional<Moved> PeerSubject::moved() {
  Moved moved;
  const auto state = peer_.state();
  for (const auto& charge : state.at("charges").as_array()) {
    moved.captured += charge.at("captured").as_int64();
    moved.refunded += charge.at("refunded").as_int64();
    moved.voided = moved.voided || charge.at("voided").as_bool();
  }
  return moved;
}

}  // namespace pay::test
