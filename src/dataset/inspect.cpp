#include "amt/dataset/inspect.hpp"

#include <fmt/core.h>

#include <functional>
#include <iostream>

#include "amt/base/atomic_file.hpp"
#include "amt/base/files.hpp"
#include "amt/base/strings.hpp"
#include "amt/base/temporary_files.hpp"
#include "amt/dataset/dataset.hpp"
#include "amt/dataset/paths.hpp"
#include "amt/dataset/verify.hpp"
#include "amt/dataset/virtual_file.hpp"
#include "amt/midi/piano_roll.hpp"
#include "amt/midi/writer.hpp"
#include "amt/process/log.hpp"
#include "amt/process/progress.hpp"
#include "amt/tokens/decode.hpp"
#include "amt/tokens/row_rules.hpp"
#include "amt/tokens/row_table.hpp"
#include "description.hpp"
#include "export_text.hpp"

namespace amt {
namespace {

/// The findings of --verify so far.
struct Findings {
  Progress& progress;
  std::uint64_t damaged = 0, unreadable = 0;

  /// Prints and counts the damage that `find` returns, if any.
  void look(const std::function<std::optional<std::string>()>& find) try {
    const auto damage = find();
    if (!damage) return;
    progress.finish();
    std::cout << *damage << '\n';
    ++damaged;
  } catch (const SystemError& error) {
    progress.finish();
    std::cout << error.what() << '\n';
    ++unreadable;
  }
};

/// Verifies the shards and adds to `findings`.
std::uint64_t verify_shards(const InspectOptions& options, const Manifest& manifest,
                            Findings& findings) {
  std::uint64_t shards = 0, rows = 0;
  for (const Split split : kSplits) {
    const SplitInfo& info = manifest.split(split);
    shards += info.shards.size();
    for (std::size_t shard = 0; shard < info.shards.size(); ++shard) {
      findings.look([&] {
        return find_shard_damage(options.dataset, manifest, split, shard, VerifyRows::kYes);
      });
      rows += info.shards[shard].rows;
      findings.progress.update(rows, format_count(rows) + " rows");
    }
  }
  return shards;
}

ExitCode verify(const InspectOptions& options, const Manifest& manifest) {
  std::uint64_t rows = 0;
  for (const Split split : kSplits) rows += manifest.split(split).rows;
  Progress progress("verify", rows);
  Findings findings{progress};
  const std::uint64_t shards = verify_shards(options, manifest, findings);
  const std::uint64_t damaged_shards = findings.damaged;
  for (const Split split : kSplits) {
    findings.look([&] { return find_virtual_file_damage(options.dataset, manifest, split); });
  }
  for (const std::string& file : find_unknown_files(options.dataset, manifest)) {
    findings.look([&] { return fmt::format("{}: it is not listed in {}", file, kManifestFile); });
  }
  progress.finish();
  if (findings.damaged == 0 && findings.unreadable == 0) {
    std::cout << format_count(shards) << " shards, " << format_count(rows) << " rows: all intact\n";
    return ExitCode::kDone;
  }
  if (findings.unreadable > 0) {
    std::cout << findings.unreadable << (findings.unreadable == 1 ? " file" : " files")
              << " could not be read, so it is unknown whether they are intact\n";
  }
  if (findings.damaged == 0) return ExitCode::kFailed;
  std::cout << damaged_shards << " of " << shards << " shards damaged";
  if (findings.damaged > damaged_shards) {
    std::cout << ", " << findings.damaged - damaged_shards << " other files wrong";
  }
  std::cout << "; run amt prepare again\n";
  return ExitCode::kFailed;
}

void draw_row(const DecodedRow& row, const InspectOptions& options) {
  const std::string title = fmt::format("Row {} of {}", *options.row, split_name(options.split));
  write_file_atomically(options.svg,
                        piano_roll_document(piano_roll_of(notes_in_sequence(row), title)));
}

/// Adds the number of the row to the error if it cannot be decoded.
DecodedRow decode(std::span<const Token> tokens, const Manifest& manifest,
                  const InspectOptions& options) {
  try {
    return decode_row(tokens, *manifest.encoding);
  } catch (const Error& error) {
    throw Error(fmt::format("{}, row {} of {}: {}", options.dataset, *options.row,
                            split_name(options.split), error.what()));
  }
}

void show_row(const InspectOptions& options, const Manifest& manifest) {
  const SplitReader reader(options.dataset, manifest, options.split, Checksums::kOfRowsUsed);
  const std::uint64_t number = *options.row;
  if (number >= reader.rows()) {
    throw UsageError(fmt::format("--row {}: the {} split has {} rows, counted from 0", number,
                                 split_name(options.split), reader.rows()));
  }
  const std::span<const Token> tokens = reader.row(number);
  const DecodedRow row = decode(tokens, manifest, options);
  if (!is_standard_output(options.midi) && !is_standard_output(options.svg)) {
    std::cout << "Row " << number << " of " << split_name(options.split) << ": " << row_table(row);
  }
  if (const auto problem = find_row_problem(tokens, *manifest.encoding)) {
    log_warning(fmt::format("this row breaks the rules of its encoding: {}", problem->text));
  }
  if (!options.midi.empty()) save_midi(notes_in_sequence(row), options.midi);
  if (!options.svg.empty()) draw_row(row, options);
}

}  // namespace

void InspectOptions::register_options(OptionTable& table) {
  table.add_flag("verify", &verify,
                 "verify the checksums, and that each row obeys the encoding's rules");
  table.add("row", &row, "print this row, counted from 0, as notes");
  table.add("split", &split, "split for --row and --export-text");
  table.add("midi", &midi, "write the row given by --row to this MIDI file");
  table.add("svg", &svg, "draw the row given by --row as a piano roll in this SVG file");
  table.add("export-text", &export_text,
            "write the split to this file: one line of tokens per row, in stored order");
}

void InspectOptions::validate() const {
  if (!midi.empty() && !row) throw UsageError("--midi FILE needs --row N");
  if (!svg.empty() && !row) throw UsageError("--svg FILE needs --row N");
  if ((verify ? 1 : 0) + (row ? 1 : 0) + (export_text.empty() ? 0 : 1) > 1) {
    throw UsageError("use only one of --verify, --row and --export-text");
  }
}

ExitCode inspect_dataset(const InspectOptions& options) {
  const Manifest manifest = read_manifest(options.dataset);
  if (options.verify) return verify(options, manifest);
  for (const std::string& output : {options.midi, options.svg, options.export_text}) {
    if (!output.empty()) remove_stale_temporaries(folder_of(output));
  }
  if (options.row) {
    show_row(options, manifest);
  } else if (!options.export_text.empty()) {
    export_text(options.dataset, manifest, options.split, options.export_text);
  } else {
    std::cout << options.dataset << '\n' << describe_dataset(manifest);
  }
  return ExitCode::kDone;
}

}  // namespace amt
