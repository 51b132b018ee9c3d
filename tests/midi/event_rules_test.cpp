// Parses every short event of each kind and checks, by checksum, that the same ones are accepted as
// by mido 1.2.10.
#include <gtest/gtest.h>

#include "amt/base/hash.hpp"
#include "amt/midi/parser.hpp"
#include "midi_bytes.hpp"
#include "support/golden_cases.hpp"

namespace amt::test {
namespace {

/// Returns '1' if a file whose only track consists of `events` is accepted, else '0'.
char accepted(const std::string& events) {
  static MidiParser parser;
  try {
    parser.parse(as_bytes(header(1, 480) + track(events)));
    return '1';
  } catch (const MidiError&) {
    return '0';
  }
}

char meta_accepted(int type, const std::string& payload) {
  return accepted(raw({0, 0xFF, type, static_cast<int>(payload.size())}) + payload);
}

std::string md5(const std::string& text) { return md5_hex(as_bytes(text)); }

TEST(EventRules, MetaTypesAndLengths) {
  std::string answers;
  for (int type = 0; type < 256; ++type) {
    for (std::size_t length = 0; length < 8; ++length) {
      answers += meta_accepted(type, std::string(length, '\0'));
    }
  }
  EXPECT_EQ(md5(answers), "b2726eaefc29edd711b421a54aa4cab8");
}

TEST(EventRules, TimeSignatures) {
  std::string answers;
  for (int exponent = 0; exponent < 256; ++exponent) {
    answers += meta_accepted(0x58, raw({4, exponent, 24, 8}));
  }
  EXPECT_EQ(md5(answers), "87a8852dfd67825347a165b1d58ccb3d");
}

TEST(EventRules, KeySignatures) {
  std::string answers;
  for (int key = 0; key < 256; ++key) {
    for (int mode = 0; mode < 256; ++mode) answers += meta_accepted(0x59, raw({key, mode}));
  }
  EXPECT_EQ(md5(answers), "30c75a85f4c67bcabd7413b6715a7301");
}

TEST(EventRules, SmpteOffsets) {
  std::string answers;
  for (std::size_t field = 0; field < 5; ++field) {
    for (int value = 0; value < 256; ++value) {
      std::string payload(5, '\0');
      payload[field] = static_cast<char>(value);
      answers += meta_accepted(0x54, payload);
    }
  }
  EXPECT_EQ(md5(answers), "2bab13ecd91d6b7ce4b506749694719d");
}

// Tries each status byte followed by 0 to 3 zero bytes, alone or followed by a delta time and 0
// to 3 more zero bytes. This covers data lengths, undefined status bytes, and running status.
TEST(EventRules, StatusesAndRunningStatus) {
  std::string answers;
  for (int status = 0; status < 256; ++status) {
    for (std::size_t first = 0; first < 4; ++first) {
      const std::string event = raw({0, status}) + std::string(first, '\0');
      answers += accepted(event);
      for (std::size_t more = 0; more < 4; ++more) {
        answers += accepted(event + std::string(1 + more, '\0'));
      }
    }
  }
  EXPECT_EQ(md5(answers), "661b58f7484251cdc69727446b355d4a");
}

}  // namespace
}  // namespace amt::test
