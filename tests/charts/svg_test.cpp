#include "src/charts/svg.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace amt {
namespace {

TEST(Svg, AxisStepsAreRoundAndFew) {
  EXPECT_DOUBLE_EQ(round_step(1, 5), 0.2);
  EXPECT_DOUBLE_EQ(round_step(5, 5), 1);
  EXPECT_DOUBLE_EQ(round_step(6, 5), 2);
  EXPECT_DOUBLE_EQ(round_step(26, 5), 10);
  EXPECT_DOUBLE_EQ(round_step(100000, 8), 20000);
  EXPECT_DOUBLE_EQ(round_step(6e-4, 4), 2e-4);
}

TEST(Svg, IsACompleteDocument) {
  const std::string alone = svg_document(10, 20, "a < b", svg_text(1, 2, "end", "x & y"));
  EXPECT_TRUE(alone.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_NE(alone.find("<style>"), std::string::npos);
  EXPECT_NE(alone.find("aria-label=\"a &lt; b\""), std::string::npos);
  EXPECT_NE(alone.find(">x &amp; y</text>"), std::string::npos);
  EXPECT_EQ(svg_figure(10, 20, "f", "").find("http"), std::string::npos);
}

TEST(Svg, ALegendShowsItsEntriesFromLeftToRight) {
  using Mark = LegendEntry::Mark;
  const std::vector<LegendEntry> entries = {{Mark::kBox, "back", "a < b"},
                                            {Mark::kLine, "curve", "c"},
                                            {Mark::kDottedLine, "second", "d"}};
  const std::string legend = svg_legend(10, 20, entries);
  std::size_t before = 0;
  for (const char* part : {"<rect class=\"back\" x=\"10.0\"", ">a &lt; b<", "<line class=\"curve\"",
                           ">c<", "<line class=\"second\"", "<circle class=\"dots\"", ">d<"}) {
    const std::size_t at = legend.find(part);
    ASSERT_NE(at, std::string::npos) << part;
    EXPECT_GE(at, before) << part;
    before = at;
  }
  EXPECT_NE(svg_axis_name(1, 2, "x & y").find("rotate(-90)\">x &amp; y<"), std::string::npos);
}

}  // namespace
}  // namespace amt
