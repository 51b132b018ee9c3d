#include "report.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "amt/base/strings.hpp"
#include "amt/base/version.hpp"
#include "amt/charts/bar_chart.hpp"
#include "amt/charts/html.hpp"
#include "amt/midi/names.hpp"
#include "paper.hpp"
#include "rejection_kinds.hpp"

namespace amt {
namespace {

constexpr std::size_t kInstrumentsListed = 16;

std::string number(double value) { return fmt::format("{:.3g}", value); }

/// Formats a number in a few characters: "300", "1.5k", "100k".
std::string short_number(double value) {
  return value < 1000 ? number(value) : number(value / 1000) + "k";
}

/// Formats minutes and seconds: "0:05", or "10m" from 10 minutes on.
std::string clock_time(double seconds) {
  const int whole = static_cast<int>(seconds);
  if (whole >= 600) return fmt::format("{}m", whole / 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string percent_label(double share) { return number(share) + "%"; }

template <std::size_t N>
std::vector<std::uint32_t> values_of(const std::array<std::uint32_t, N>& counts) {
  return {counts.begin(), counts.end()};
}

/// Draws the bins of a histogram with equal widths, whatever their ranges.
template <std::size_t N>
BarChart histogram_chart(const std::array<double, N>& edges, const Histogram<N>& counts,
                         std::string (*label)(double), const char* unit, const char* axis) {
  BarChart chart;
  chart.unit = unit;
  chart.axis = axis;
  chart.labels_at_edges = true;
  chart.front = values_of(counts.counts);
  for (std::size_t i = 0; i < N; ++i) {
    chart.labels.push_back(label(edges[i]));
    chart.names.push_back(i + 1 < N ? label(edges[i]) + " to " + label(edges[i + 1])
                                    : label(edges[i]) + " and more");
  }
  return chart;
}

template <std::size_t N>
std::string before_and_after(const char* title, const std::string& note, const char* axis,
                             const std::array<double, N>& edges, const Histogram<N>& before,
                             const Histogram<N>& after, std::string (*label)(double)) {
  BarChart chart = histogram_chart(edges, after, label, "files", axis);
  chart.back = values_of(before.counts);
  chart.back_name = "parsed";
  chart.front_name = "kept";
  return html_section(title, note, bar_chart_svg(chart));
}

std::string splits_table(const Manifest& manifest) {
  std::vector<std::vector<std::string>> rows;
  for (const Split split : kSplits) {
    const SplitInfo& info = manifest.split(split);
    rows.push_back({split_name(split), format_count(info.rows),
                    format_count(info.rows * manifest.context_length), format_count(info.files),
                    format_duration(info.seconds_of_music), format_count(info.shards.size())});
  }
  return html_table({"split", "rows", "tokens", "files", "music", "shards"}, rows);
}

std::string files_table(const Manifest& manifest) {
  const DatasetStatistics& all = manifest.statistics;
  const auto share = [&](std::uint64_t files) {
    return number(percent(files, std::max<std::uint64_t>(1, all.files))) + "%";
  };
  const auto row = [&](const char* name, std::uint64_t files) {
    return std::vector<std::string>{name, format_count(files), share(files)};
  };
  return html_table(
      {}, {row("files, without duplicates", all.files), row("rejected", all.rejected),
           row("too short", all.tokens.too_short), row("over an hour", all.tokens.too_long),
           row("over 16 instruments", all.tokens.too_many_instruments),
           row("kept", all.tokens.files_kept)});
}

std::string title_of(const ReportOrigin& origin) {
  return origin.corpus.empty() ? "A dataset of MIDI music"
                               : "Dataset of MIDI music: " + origin.corpus;
}

std::string made_by(const ReportOrigin& origin) {
  if (origin.command.empty()) return "";
  return fmt::format("<p>Created by amt {}, equivalent to <code>{}</code>.</p>\n", version(),
                     escape_html(origin.command));
}

std::string summary_section(const Manifest& manifest, const ReportOrigin& origin) {
  const DatasetStatistics& all = manifest.statistics;
  const Encoding& encoding = *manifest.encoding;
  std::string text = fmt::format(
      "<h1>{}</h1>\n{}<p>Encoding {}, {}{} of each training piece, training rows shuffled with "
      "seed {}.</p>\n{}{}<p>{} duplicate files were left out. ",
      escape_html(title_of(origin)), made_by(origin), encoding.name, manifest.augment,
      manifest.augment == 1 ? " copy" : " copies", manifest.seed, splits_table(manifest),
      files_table(manifest), format_count(all.duplicates));
  const std::string cut =
      fmt::format("{} {}", format_count(all.tokens.truncations), encoding.long_times);
  if (encoding.anticipation) {
    text +=
        fmt::format("{} rests were inserted, {} cut to 10 s, {} rows over 100 s left out.",
                    format_count(all.tokens.rests), cut, format_count(all.tokens.discarded_rows));
  } else {
    text += fmt::format("{} were cut to 10 s.", cut);
  }
  return text +
         "</p>\n<p class=\"note\">The time and duration of the job are left out, so that equal "
         "runs give equal files: amt prepare prints them when it ends.</p>\n";
}

std::string refusals_section(const std::vector<Rejection>& rejections) {
  if (rejections.empty()) return "";
  std::vector<std::vector<std::string>> rows;
  for (const RejectionCount& kind : rejections_by_reason(rejections)) {
    rows.push_back({kind.reason, format_count(kind.files)});
  }
  return html_section("Rejected files, by reason", "rejected.tsv lists every file.",
                      html_table({"reason", "files"}, rows));
}

std::string extensions_section(const ExtensionCounts& passed_over) {
  if (passed_over.empty()) return "";
  return html_section("Files ignored because of their extension",
                      "They were not read: amt prepare --extensions chooses the extensions to "
                      "taken.",
                      "<p>" + describe_extensions(passed_over) + "</p>\n");
}

std::string instrument_counts_section(const CorpusProfile& profile) {
  BarChart chart;
  chart.unit = "pieces";
  chart.axis = "instruments in a piece";
  for (std::size_t n = 1; n < profile.instruments_in_piece.size(); ++n) {
    chart.labels.push_back(std::to_string(n));
    chart.names.push_back(counted(n, "instrument"));
    chart.front.push_back(profile.instruments_in_piece[n]);
  }
  return html_section("Instruments in a piece", "Pieces by their number of instruments.",
                      bar_chart_svg(chart));
}

std::string commonest_instruments(const CorpusProfile& profile, std::uint64_t pieces) {
  std::vector<std::size_t> order(profile.pieces_with.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater(),
                           [&](std::size_t i) { return profile.pieces_with[i]; });
  std::vector<std::vector<std::string>> rows;
  for (const std::size_t i : order) {
    const std::uint32_t count = profile.pieces_with[i];
    if (count == 0 || rows.size() == kInstrumentsListed) break;
    rows.push_back({instrument_name(static_cast<int>(i)), format_count(count),
                    number(percent(count, pieces)) + "%"});
  }
  return html_table({"instrument", "pieces", "share"}, rows);
}

std::string instruments_section(const CorpusProfile& profile, std::uint64_t pieces) {
  constexpr int kFamily = 8;
  BarChart chart;
  chart.unit = "pieces";
  chart.axis = "General MIDI program";
  chart.front = values_of(profile.pieces_with);
  for (int i = 0; i < kInstruments; ++i) {
    chart.names.push_back(instrument_name(i));
    chart.labels.push_back(i == kDrums || i % kFamily != 0 ? "" : std::to_string(i));
  }
  return html_section("Instruments",
                      "Number of pieces with each instrument, by General MIDI program from 0; the "
                      "last bar is the drums.",
                      bar_chart_svg(chart) + commonest_instruments(profile, pieces));
}

std::string histograms(const Manifest& manifest, const CorpusProfile& profile) {
  std::string text =
      before_and_after("Length in tokens", manifest.encoding->length_note, "tokens per piece",
                       kTokenEdges, profile.tokens_before, profile.tokens_after, short_number) +
      before_and_after("Length in time", "Minutes and seconds to the last onset, as in the filter.",
                       "length of a piece, min:s", kSecondEdges, profile.seconds_before,
                       profile.seconds_after, clock_time) +
      html_section("Tokens per second of music", "For the pieces that were kept.",
                   bar_chart_svg(histogram_chart(kRateEdges, profile.tokens_per_second,
                                                 short_number, "pieces", "tokens per second")));
  if (manifest.encoding->anticipation) {
    text +=
        html_section("Fraction of rests",
                     "Rests among the events of a piece's first copy. The first bar is the pieces "
                     "without rests.",
                     bar_chart_svg(histogram_chart(kShareEdges, profile.rests, percent_label,
                                                   "pieces", "fraction of rests")));
  }
  return text;
}

}  // namespace

std::string report_html(const Manifest& manifest, const CorpusProfile& profile,
                        const std::vector<Rejection>& rejections,
                        const ExtensionCounts& passed_over, const ReportOrigin& origin) {
  const std::uint64_t pieces = manifest.statistics.tokens.files_kept;
  return html_page(title_of(origin) + " - amt",
                   summary_section(manifest, origin) + paper_section(manifest) +
                       histograms(manifest, profile) + instrument_counts_section(profile) +
                       instruments_section(profile, pieces) + refusals_section(rejections) +
                       extensions_section(passed_over));
}

}  // namespace amt
