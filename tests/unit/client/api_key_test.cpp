// Keys: what they look like, that no two are alike, and what is kept of them.
#include "client/api_key.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "support/fake_clock.hpp"

namespace pay::test {
namespace {

TEST(ApiKey, is_256_random_bits_in_base64url_after_what_says_what_it_is) {
  const auto text = make_key(start_of_tests).text;
  ASSERT_TRUE(text.starts_with("pay_"));
  const auto random = text.substr(4);
  EXPECT_EQ(random.size(), 43U);
  EXPECT_EQ(random.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos)
      << "a shell, a URL and a header take it as it is";
}

TEST(ApiKey, is_another_every_time) {
  std::set<std::string> texts;
  for (int i = 0; i < 1000; ++i) texts.insert(make_key(start_of_tests).text);
  EXPECT_EQ(texts.size(), 1000U);
}

TEST(ApiKey, is_kept_as_its_hash_and_called_by_the_hashs_first_digits) {
  const auto key = make_key(start_of_tests);
  EXPECT_EQ(key.stored.hash, hash_of(key.text));
  EXPECT_EQ(key.stored.created_at, start_of_tests);
  EXPECT_EQ(key.stored.id.size(), 8U);
  EXPECT_EQ(std::stoul(key.stored.id.substr(0, 2), nullptr, 16), key.stored.hash[0]);
  EXPECT_EQ(std::stoul(key.stored.id.substr(6, 2), nullptr, 16), key.stored.hash[3]);
}

/// FIPS 180-4, the example of one block.
TEST(ApiKey, is_hashed_with_sha_256) {
  const KeyHash abc{0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
                    0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
                    0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
  EXPECT_EQ(hash_of("abc"), abc);
  EXPECT_NE(hash_of("abC"), abc);
}

}  // namespace
}  // namespace pay::test
