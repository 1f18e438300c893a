#include "provider/http_provider.hpp"

#include <string.h>

#include <utility>
#include <vector>

namespace pay {
namespace {

constexpr int unauthorized = 401;

/// See `Wire`: these alone say that a request was refused for what it asks.
bool refuses_the_request(int status) {
  return status == 400 || status == 422;
}

}  // namespace

struct HttpProvider::Shared {
  Options options;
  std::unique_ptr<const Wire> wire;
  std::unique_ptr<Credentials> credentials;
  http::Client& client;
};

/// One instruction on its way. One step after the other, so that it needs no lock.
class HttpProvider::Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  enum class Purpose : std::uint8_t { carry_out, look_up };

  Exchange(std::shared_ptr<Shared> shared, const Instruction& instruction, Purpose purpose, Done done)
      : shared_(std::move(shared)),
        instruction_(instruction),
        purpose_(purpose),
        done_(std::move(done)),
        end_(shared_->options.now() + shared_->options.deadline) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() { forget_request(); }

  void begin() {
    const auto& wire = *shared_->wire;
    proceed(purpose_ == Purpose::carry_out ? wire.carry_out(instruction_) : wire.look_up(instruction_));
  }

 private:
  void proceed(Step step) {
    if (auto* const outcome = std::get_if<Outcome>(&step)) return finish(std::move(*outcome));
    if (++steps_ > most_steps) return finish(Unknown{.why = "too many requests without an end"});
    forget_request();
    asked_ = std::get<ProviderRequest>(std::move(step));
    knock();
  }

  void knock() {
    shared_->credentials->authorize(
        [self = shared_from_this()](std::expected<std::string, NotExecuted> header) {
          if (!header) {
            self->contact_ = header.error().contact;
            return self->keep_back(std::move(header.error().why));
          }
          self->header_ = std::move(*header);
          self->send();
        });
  }

  void send() {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - shared_->options.now());
    if (left < std::chrono::milliseconds{1}) {
      contact_ = Contact::silent;  // nobody else took the time
      return keep_back("no time was left");
    }
    http::OutgoingRequest request{.method = asked_.method,
                                  .url = shared_->options.base + asked_.path,
                                  .content_type = asked_.content_type,
                                  .body = asked_.body,
                                  .headers = asked_.headers,
                                  .timeout = left,
                                  .fresh_connection = !asked_.repeatable};
    request.headers.push_back(header_);
    std::vector<http::Client::Call> calls;
    calls.push_back({.request = std::move(request),
                     .done = [self = shared_from_this()](auto answer) { self->hear(answer); }});
    shared_->client.send(calls);
  }

  void hear(const http::CallOutcome& answer) {
    contact_ = contact_of(answer);
    if (answer && answer->was_sent_twice) was_sent_twice_ = true;
    if (answer && answer->status == unauthorized) {
      if (!renewed_ && shared_->credentials->renew(header_)) {
        renewed_ = true;
        return knock();
      }
      return keep_back("the provider does not accept the credentials");
    }
    last_status_ = answer ? answer->status : 0;
    auto step = shared_->wire->next(instruction_, asked_, answer);
    something_was_sent_ = true;
    proceed(std::move(step));
  }

  /// The request was not sent, or not let in. What went before it may have done something.
  void keep_back(std::string why) {
    last_status_ = 0;
    if (something_was_sent_) return finish(Unknown{.why = std::move(why)});
    finish(NotExecuted{std::move(why)});
  }

  void finish(Outcome outcome) {
    const auto* const nothing = std::get_if<NotExecuted>(&outcome);
    if (nothing != nullptr && was_sent_twice_) {
      // The answer is to the second; the first may have been carried out.
      outcome = Unknown{.why = "sent twice, and the second time: " + nothing->why};
    } else if (nothing != nullptr && purpose_ == Purpose::look_up && !refuses_the_request(last_status_)) {
      outcome = Unknown{.why = "not looked up: " + nothing->why};
    }
    if (auto* const kept_back = std::get_if<NotExecuted>(&outcome)) kept_back->contact = contact_;
    if (auto* const unknown = std::get_if<Unknown>(&outcome)) unknown->contact = contact_;
    std::exchange(done_, nullptr)(std::move(outcome));
  }

  /// It may hold a card that was typed.
  void forget_request() { ::explicit_bzero(asked_.body.data(), asked_.body.size()); }

  const std::shared_ptr<Shared> shared_;
  const Instruction instruction_;
  const Purpose purpose_;
  Done done_;
  const Moment end_;
  ProviderRequest asked_;
  std::string header_;
  int steps_ = 0;
  int last_status_ = 0;              ///< of the answer that the last step followed from; 0: of none
  Contact contact_ = Contact::none;  ///< what the last request came to
  bool renewed_ = false;
  bool something_was_sent_ = false;
  bool was_sent_twice_ = false;  ///< any of its requests
};

HttpProvider::HttpProvider(Options options, std::unique_ptr<const Wire> wire,
                           std::unique_ptr<Credentials> credentials, http::Client& client)
    : shared_(std::make_shared<Shared>(std::move(options), std::move(wire), std::move(credentials), client)) {
}

HttpProvider::~HttpProvider() = default;

std::string_view HttpProvider::name() const {
  return shared_->options.name;
}

bool HttpProvider::takes(const Charge& charge) const {
  return shared_->options.takes(charge);
}

void HttpProvider::carry_out(const Instruction& instruction, Done done) {
  std::make_shared<Exchange>(shared_, instruction, Exchange::Purpose::carry_out, std::move(done))->begin();
}

void HttpProvider::look_up(const Instruction& instruction, Done done) {
  std::make_shared<Exchange>(shared_, instruction, Exchange::Purpose::look_up, std::move(done))->begin();
}

}  // namespace pay
