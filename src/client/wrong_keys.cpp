#include "client/wrong_keys.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace pay {
namespace {

/// Of IPv6, the first 64 bits; anything else as it is.
std::string network_of(std::string_view address) {
  std::string text(address.substr(0, address.find('%')));
  in6_addr bits{};
  if (::inet_pton(AF_INET6, text.c_str(), &bits) != 1) return text;
  constexpr std::size_t network_bytes = 8;
  std::fill(std::begin(bits.s6_addr) + network_bytes, std::end(bits.s6_addr), std::uint8_t{0});
  std::array<char, INET6_ADDRSTRLEN> network{};
  ::inet_ntop(AF_INET6, &bits, network.data(), network.size());
  return network.data();
}

}  // namespace

int WrongKeys::count(std::string_view address, Timestamp now) {
  const std::lock_guard lock(mutex_);
  while (!by_age_.empty() && windows_.at(by_age_.front()).is_over(now)) forget_oldest();
  const auto network = network_of(address);
  auto found = windows_.find(network);
  if (found == windows_.end()) {
    if (by_age_.size() == max_addresses) forget_oldest();
    found = windows_.emplace(network, Window{.began = now}).first;
    by_age_.push_back(found->first);
  }
  auto& its = found->second;
  // A clock that was set back may have left one that is over behind one that is not.
  if (its.is_over(now)) its = {.began = now};
  return ++its.count;
}

bool WrongKeys::are_too_many(std::string_view address, Timestamp now) const {
  const std::lock_guard lock(mutex_);
  const auto found = windows_.find(network_of(address));
  return found != windows_.end() && !found->second.is_over(now) && found->second.count >= allowed;
}

void WrongKeys::forget_oldest() {
  windows_.erase(by_age_.front());
  by_age_.pop_front();
}

}  // namespace pay
