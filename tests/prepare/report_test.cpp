// Tests what the report shows, and that it needs no other file.
#include "src/prepare/report.hpp"

#include <gtest/gtest.h>

#include "amt/base/strings.hpp"
#include "src/prepare/rejection_kinds.hpp"

namespace amt {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Returns how often `part` occurs in `text`.
int times(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

Manifest small_manifest() {
  Manifest manifest;
  manifest.statistics.files = 20;
  manifest.statistics.rejected = 2;
  manifest.statistics.tokens.files_kept = 15;
  manifest.statistics.tokens.rests = 4321;
  manifest.split(Split::kTrain) = {{{"train-00000-of-00001.h5", 77, "0"}}, 77, 15, 3720};
  return manifest;
}

TEST(Rejections, AreGroupedWithoutOffsetsAndPaths) {
  const std::vector<RejectionCount> counts = rejections_by_reason({
      {"a.mid", "a data byte over 127 at byte 17"},
      {"b/c d.mid", "cannot open /music/b/c d.mid: Permission denied"},
      {"e.mid", "a data byte over 127 at byte 1031"},
      {"f.mid", "cannot open /music/f.mid: Permission denied"},
      {"g.mid", "a data byte over 127 at byte 1"},
      {"h.mid", "cannot read /music/h.mid: not a regular file"},
      {"i.mid", "a time in ticks is too large for a double"},
      {"j.mid", "too much at byte the end"},
  });
  const std::vector<std::pair<std::string, std::uint64_t>> expected = {
      {"a data byte over 127", 3},
      {"cannot be read: Permission denied", 2},
      {"a time in ticks is too large for a double", 1},
      {"cannot be read: not a regular file", 1},
      {"too much at byte the end", 1}};
  ASSERT_EQ(counts.size(), expected.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    EXPECT_EQ(counts[i].reason, expected[i].first);
    EXPECT_EQ(counts[i].files, expected[i].second);
  }
}

TEST(Report, NeedsNoOtherFileAndEscapesItsInput) {
  const std::string html =
      report_html(small_manifest(), {}, {{"x.mid", "<script>alert(\"&\")</script>\xFF"}});
  for (const char* outside : {"http", "src=", "href", "<script", "@import", "url("}) {
    EXPECT_FALSE(contains(html, outside)) << outside;
  }
  EXPECT_TRUE(contains(html, "&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;?"));
  EXPECT_EQ(times(html, "<svg"), times(html, "</svg>"));
  EXPECT_EQ(times(html, "<table"), times(html, "</table>"));
}

TEST(Report, ShowsTheSummary) {
  const std::string html = report_html(small_manifest(), {}, {});
  EXPECT_TRUE(contains(html, "<td>train</td><td>77</td><td>78,848</td><td>15</td>"));
  EXPECT_TRUE(contains(html, "<td>1 h 02 min</td>"));
  EXPECT_TRUE(contains(html, "<td>kept</td><td>15</td><td>75%</td>"));
  EXPECT_TRUE(contains(html, "4,321 rests"));
  EXPECT_FALSE(contains(html, "Rejected files, by reason"));
}

TEST(Report, StatesCorpusAndCommand) {
  PrepareOptions options;
  options.augment = 10;
  options.splits.test = "cf";
  options.memory = {1 << 20};  // does not affect the dataset, so it is not recorded
  for (const char* corpus :
       {"music/my <songs>", "my <songs>/", "/x/my <songs>.tar.gz", "my <songs>.zip"}) {
    options.corpus = corpus;
    const ReportOrigin origin = origin_of(options);
    EXPECT_EQ(origin.corpus, "my <songs>") << corpus;
    EXPECT_EQ(origin.command, "amt prepare my <songs> DATASET --augment 10 --test-digits cf");
    const std::string html = report_html(small_manifest(), {}, {}, {}, origin);
    EXPECT_TRUE(contains(html, "<title>Dataset of MIDI music: my &lt;songs&gt; - amt</title>"));
    EXPECT_TRUE(contains(html, "<h1>Dataset of MIDI music: my &lt;songs&gt;</h1>"));
    EXPECT_TRUE(contains(html, "<code>amt prepare my &lt;songs&gt; DATASET --augment 10"));
  }
}

TEST(Report, AxesAndColoursAreLabelled) {
  const std::string html = report_html(small_manifest(), {}, {});
  for (const char* axis :
       {">tokens per piece<", ">length of a piece, min:s<", ">tokens per second<",
        ">fraction of rests<", ">instruments in a piece<", ">General MIDI program<"}) {
    EXPECT_EQ(times(html, axis), 1) << axis;
  }
  EXPECT_EQ(times(html, "rotate(-90)\">"), times(html, "<svg"));
  EXPECT_EQ(times(html, ">parsed<"), 2);
  EXPECT_EQ(times(html, ">kept<"), 3) << "in two legends and in the table of files";
}

TEST(Report, ShowsEveryCountOfTheProfile) {
  CorpusProfile profile;
  profile.tokens_before.add(kTokenEdges, 299);
  for (int i = 0; i < 3; ++i) profile.tokens_before.add(kTokenEdges, 300);
  profile.tokens_after.add(kTokenEdges, 599);
  profile.seconds_before.add(kSecondEdges, 1e300);
  profile.seconds_after.add(kSecondEdges, 10);
  profile.tokens_per_second.add(kRateEdges, 55);
  profile.rests.add(kShareEdges, 12.5);
  profile.instruments_in_piece[4] = 1234;
  profile.pieces_with[40] = 6;
  const std::string html = report_html(small_manifest(), profile, {});
  for (const char* expected :
       {"100 to 300: 1 files", "300 to 600: 3 files", "300 to 600: 1 files",
        "60m and more: 1 files", "0:10 to 0:20: 1 files", "50 to 60: 1 pieces",
        "12.5% to 15%: 1 pieces", "4 instruments: 1,234 pieces", "Violin: 6 pieces",
        "<td>Violin</td><td>6</td><td>40%</td>"}) {
    EXPECT_TRUE(contains(html, expected)) << expected;
  }
}

TEST(Report, InterarrivalHasNoRests) {
  Manifest manifest = small_manifest();
  manifest.encoding = &kInterarrival;
  EXPECT_TRUE(contains(report_html(small_manifest(), {}, {}), "Fraction of rests"));
  EXPECT_FALSE(contains(report_html(manifest, {}, {}), "Fraction of rests"));
}

/// The paper's counts, for the arrival encoding.
Manifest full_lakh() {
  Manifest manifest;
  DatasetStatistics& all = manifest.statistics;
  all.files = 178561;
  all.rejected = 178561 - 174046;
  all.tokens.too_short = 7032;
  all.tokens.too_long = 40;
  all.tokens.too_many_instruments = 2227;
  all.tokens.files_kept = 164747;
  manifest.split(Split::kTrain).rows = 1741830387 / 1023;
  manifest.split(Split::kValid).rows = 123785046 / 1023;
  manifest.split(Split::kTest).rows = 125050497 / 1023;
  manifest.split(Split::kTrain).seconds_of_music = 7827.2 * 3600;
  manifest.split(Split::kValid).seconds_of_music = 554.9 * 3600;
  manifest.split(Split::kTest).seconds_of_music = 560.98 * 3600;
  return manifest;
}

TEST(Report, ComparesTheFullDatasetWithThePaper) {
  Manifest manifest = full_lakh();
  EXPECT_EQ(times(report_html(manifest, {}, {}), "<td>equal</td>"), 12);
  manifest.augment = 30;
  manifest.split(Split::kTrain).rows *= 30;
  EXPECT_EQ(times(report_html(manifest, {}, {}), "<td>equal</td>"), 12)
      << "counts must be compared per copy";
  manifest.statistics.tokens.too_long = 41;
  manifest.statistics.tokens.too_short = 7000;
  const std::string html = report_html(manifest, {}, {});
  EXPECT_TRUE(contains(html, "<td>over an hour</td><td>40</td><td>41</td><td>+1</td>"));
  EXPECT_TRUE(contains(html, "<td>too short</td><td>7,032</td><td>7,000</td><td>-32</td>"));
  manifest.encoding = &kInterarrival;
  manifest.augment = 1;
  manifest.split(Split::kTrain).rows = 1612129280 / 1024;
  EXPECT_TRUE(contains(report_html(manifest, {}, {}),
                       "<td>1,612,129,280</td><td>1,612,129,280</td><td>equal</td>"));
}

TEST(Report, OtherCorporaAreNotComparedWithThePaper) {
  Manifest manifest = full_lakh();
  for (const std::uint64_t files : {0, 57, 174000, 180000}) {
    manifest.statistics.files = files;
    EXPECT_FALSE(contains(report_html(manifest, {}, {}), "2306.08620")) << files;
  }
  manifest.statistics.files = 174001;
  EXPECT_TRUE(contains(report_html(manifest, {}, {}), "2306.08620"));
}

}  // namespace
}  // namespace amt
