#include "amt/charts/piano_roll.hpp"

#include <gtest/gtest.h>

#include <string>

namespace amt {
namespace {

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

PianoRoll two_voices() {
  PianoRoll roll;
  roll.title = "a < b";
  roll.voices = {{"Piano & more", {{0, 1, 60}, {1, 0, 72}}}, {"Drums", {{2, 0.5, 36}}, false}};
  roll.marks = {1};
  return roll;
}

TEST(PianoRoll, HasAPathForEachVoiceAndAStrokeForEachNote) {
  const std::string svg = piano_roll_figure(two_voices());
  EXPECT_EQ(count(svg, "<path"), 2);
  // 704 pixels for 2.5 s: one note from 0 to 1 s, and one of zero length at 1 s that is still
  // visible.
  EXPECT_NE(svg.find("d=\"M40.0 104.0h281.6M321.6 56.0h1.0\""), std::string::npos) << svg;
  EXPECT_NE(svg.find("#8a949e\" stroke-width"), std::string::npos) << "drums must be grey";
  EXPECT_EQ(count(svg, "class=\"level\" x1=\"321.6\" x2=\"321.6\""), 1);
  for (const char* label : {">C2<", ">C5<", ">C6<"}) EXPECT_NE(svg.find(label), std::string::npos);
}

TEST(PianoRoll, EscapesNamesAndIsACompleteDocument) {
  const std::string svg = piano_roll_document(two_voices());
  EXPECT_TRUE(svg.starts_with("<svg xmlns="));
  EXPECT_EQ(count(svg, ">a &lt; b<"), 1);
  EXPECT_EQ(count(svg, "Piano &amp; more"), 2);
  EXPECT_EQ(svg, piano_roll_document(two_voices()));
  EXPECT_EQ(piano_roll_figure(two_voices()).find("http"), std::string::npos);
}

TEST(PianoRoll, IsSmallAndWrapsItsLegend) {
  PianoRoll roll;
  for (int voice = 0; voice < 17; ++voice) {
    roll.voices.push_back({"Synth Brass and Strings " + std::to_string(voice), {}});
    for (int i = 0; i < 1000; ++i) roll.voices.back().bars.push_back({i * 0.1, 0.1, i % 128});
  }
  const std::string svg = piano_roll_figure(roll);
  EXPECT_LT(svg.size(), 17u * 1000 * 20);
  EXPECT_EQ(count(svg, "<rect"), 17);
  EXPECT_GT(count(svg, "x=\"40.0\" y="), 4) << "the legend must wrap";
}

TEST(PianoRoll, WithoutNotesHasNoPaths) {
  const std::string svg = piano_roll_figure({"silence", {}, {}});
  EXPECT_EQ(count(svg, "<path"), 0);
  EXPECT_NE(svg.find("</svg>"), std::string::npos);
}

}  // namespace
}  // namespace amt
