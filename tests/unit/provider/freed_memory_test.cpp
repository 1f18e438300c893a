// Goal: the number of a card that was typed is overwritten wherever it stood, before its memory is given
// back. Method: this program's own operator delete looks at what it frees while a test watches.
#include <gtest/gtest.h>
#include <malloc.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <future>
#include <new>

#include "http/curl_client.hpp"
#include "provider/stripe/requests.hpp"
#include "unit/provider/stripe_samples.hpp"

namespace {

constexpr std::string_view number = "4242424242424242";

std::atomic<bool> is_watching = false;
std::atomic<int> found = 0;

void give_back(void* memory) noexcept {
  if (memory != nullptr && is_watching &&
      std::string_view(static_cast<const char*>(memory), ::malloc_usable_size(memory)).contains(number))
    ++found;
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) {
  if (auto* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  give_back(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  give_back(memory);
}

namespace pay::test {
namespace {

using namespace std::chrono_literals;

/// Typed, with a description as long as any.
Instruction asked_with_a_card() {
  auto instruction = asked();
  instruction.attempt.call->source = {.kind = KeptSource::Kind::raw_card};
  instruction.card = std::make_shared<const Card>(
      Card{.number = Secret(number), .cvc = Secret("123"), .expiry = {.year = 2030, .month = 1}});
  instruction.description = std::string(2'000, '/');
  instruction.return_url = "https://pay.example/payments/7/return?attempt=5";
  return instruction;
}

/// Takes connections and never says a word.
class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(socket_, 8), 0);
    EXPECT_EQ(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { ::close(socket_); }

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  int socket_;
  unsigned short port_ = 0;
};

class FreedMemory : public testing::Test {
 protected:
  FreedMemory() {
    found = 0;
    is_watching = true;
  }
  ~FreedMemory() override { is_watching = false; }

  static std::future<http::CallOutcome> send(http::Client& client, http::OutgoingRequest request) {
    std::promise<http::CallOutcome> promise;
    auto answer = promise.get_future();
    std::vector<http::Client::Call> calls;
    calls.push_back({.request = std::move(request), .done = [kept = std::move(promise)](auto said) mutable {
                       kept.set_value(std::move(said));
                     }});
    client.send(calls);
    return answer;
  }
  static http::OutgoingRequest with_a_card(std::string url, std::chrono::milliseconds timeout) {
    http::OutgoingRequest request{.method = "POST", .url = std::move(url), .timeout = timeout};
    request.body.reserve(200);
    request.body.append("number=").append(number).append("&more");
    return request;
  }
};

TEST_F(FreedMemory, a_number_that_is_freed_is_found) {
  std::string text(number);
  text += " and more than fits into the object itself";
  text.clear();
  text.shrink_to_fit();
  EXPECT_GT(found, 0) << "this test sees nothing";
}

TEST_F(FreedMemory, a_form_leaves_no_copy_behind_when_it_grows) {
  auto request = stripe::create_intent({asked_with_a_card(), 1999}, stripe::Ask::create);
  EXPECT_TRUE(request.body.contains(number));
  EXPECT_EQ(found, 0);
  ::explicit_bzero(request.body.data(), request.body.size());
}

TEST_F(FreedMemory, a_call_that_ended_leaves_no_body_behind) {
  http::CurlClient client({});
  EXPECT_FALSE(send(client, with_a_card("http://nobody.invalid/", 5s)).get().has_value());
  client.stop();
  EXPECT_FALSE(send(client, with_a_card("http://nobody.invalid/", 5s)).get().has_value());
  EXPECT_EQ(found, 0);
}

TEST_F(FreedMemory, a_call_that_never_began_leaves_no_body_behind) {
  const Listener silent;
  http::CurlClient client({.connection_limit = 1});
  auto hanging = send(client, {.method = "GET", .url = silent.url(), .timeout = 60s});
  EXPECT_FALSE(send(client, with_a_card(silent.url(), 50ms)).get().has_value());
  auto queued = send(client, with_a_card(silent.url(), 60s));
  client.stop();
  EXPECT_FALSE(queued.get().has_value());
  EXPECT_FALSE(hanging.get().has_value());
  EXPECT_EQ(found, 0);
}

}  // namespace
}  // namespace pay::test
