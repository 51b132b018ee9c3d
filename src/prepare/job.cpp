#include "amt/prepare/job.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <vector>

#include "amt/base/atomic_file.hpp"
#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/foreign_error.hpp"
#include "amt/base/strings.hpp"
#include "amt/base/temporary_files.hpp"
#include "amt/corpus/file_reader.hpp"
#include "amt/dataset/paths.hpp"
#include "amt/dataset/virtual_file.hpp"
#include "amt/mpi/run_on_all.hpp"
#include "amt/process/log.hpp"
#include "amt/process/progress.hpp"
#include "amt/shuffle/exchange.hpp"
#include "amt/shuffle/row_store.hpp"
#include "empty_splits.hpp"
#include "gather.hpp"
#include "listing.hpp"
#include "memory.hpp"
#include "output_check.hpp"
#include "output_folder.hpp"
#include "phase_times.hpp"
#include "plan.hpp"
#include "rejected_list.hpp"
#include "rejection_kinds.hpp"
#include "report.hpp"
#include "summary.hpp"
#include "tokenise.hpp"
#include "written_shard.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

/// One run of the job on one rank. Functions are collective unless marked otherwise.
class Job {
 public:
  Job(const mpi::Communicator& communicator, const PrepareOptions& options)
      : communicator_(communicator),
        options_(options),
        most_for_a_file_(agree_on_a_file(communicator, options)) {}

  std::string run() {
    PhaseTimes times;
    times.begin("listing");
    check_folders();
    plan_.emplace(list_corpus(communicator_, options_, most_for_a_file_), options_,
                  communicator_.size());
    warn(empty_splits_text(plan_->corpus(), options_.splits));
    make_folders();
    times.begin("tokenising");
    tokenise();
    fill_manifest();
    check_refusals();
    times.begin("writing");
    sync_texts();
    write_shards();
    publish();
    times.end();
    std::string summary = summary_text(manifest_, options_) + times.text();
    communicator_.broadcast(summary, 0);
    return summary;
  }

 private:
  bool leader() const { return communicator_.rank() == 0; }
  void warn(const std::string& text) const {
    if (leader() && !text.empty()) log_warning(text);
  }
  fs::path folder() const { return partial_path(options_.dataset); }

  /// Checks the folders before anything is read or created.
  void check_folders() {
    mpi::run_on_all(communicator_, [&] {
      if (leader()) check_output(options_);
    });
  }

  void make_folders() {
    mpi::run_on_all(communicator_, [&] {
      if (!leader()) return;
      output_ = std::make_unique<OutputFolder>(options_.dataset, options_.overwrite);
      for (const std::string& extra : {options_.text, options_.compound}) {
        if (extra.empty()) continue;
        amt::make_folders(extra);
        remove_stale_temporaries(extra);
      }
    });
  }

  MemoryShares memory() const {
    return share_memory(options_, plan_->corpus().source, communicator_.ranks_on_host());
  }

  /// Local. Sends a row to the owner of its training shard, or to this rank's own store.
  void route(RowExchange& exchange, const Unit& unit, std::uint32_t row, const Row& tokens) {
    if (unit.split != Split::kTrain) {
      store_->add(plan_->slot_of_unit(unit), {row, unit.index, row}, tokens);
      return;
    }
    const std::uint64_t key = row_key(options_.seed, unit.split, unit.index, row);
    const std::size_t shard = shard_of(key, plan_->shards(Split::kTrain));
    exchange.push(plan_->owner_of_training_shard(shard), {key, unit.index, row}, tokens);
  }

  void receive(const RowId& id, const Row& tokens) {
    const std::size_t shard = shard_of(id.key, plan_->shards(Split::kTrain));
    store_->add(plan_->slot_of_training_shard(shard), id, tokens);
  }

  void tokenise() {
    slots_ = plan_->slots(communicator_.rank());
    store_ = std::make_unique<RowStore>(
        folder() / kSpillFolder / fmt::format("rank-{}", communicator_.rank()), memory().rows,
        slots_.size());
    Progress progress("tokenise", plan_->corpus().bytes());
    const auto show = [&](std::uint64_t files, std::uint64_t bytes) {
      const double seconds = std::max(progress.seconds(), 1e-3);
      const auto rate = [=](std::uint64_t n) { return static_cast<double>(n) / seconds; };
      progress.update(
          bytes, fmt::format("{} files, {} files/s, {}/s", format_count(files),
                             format_count(std::llround(rate(files))), format_bytes(rate(bytes))));
    };
    RowExchange exchange(
        communicator_, [&](const RowId& id, const Row& row) { receive(id, row); }, show);
    const std::optional<Error> failure = tokenise_units(exchange);
    if (!exchange.finish(!failure && !stopped_)) {
      mpi::propagate_error(communicator_, failure ? &*failure : nullptr);
    }
  }

  /// Local except for the rounds of the exchange. Returns the failure of this rank's own work, if
  /// any.
  std::optional<Error> tokenise_units(RowExchange& exchange) try {
    const auto input = open_reader(plan_->corpus().source,
                                   plan_->reading_order(communicator_.rank()), memory().files);
    UnitReader reader(
        plan_->corpus(), *input, options_,
        [&](const Unit& unit, std::uint32_t row, const Row& tokens) {
          route(exchange, unit, row, tokens);
        },
        [&](std::uint64_t files, std::uint64_t bytes) { exchange.set_progress(files, bytes); },
        most_for_a_file_, [&](std::uint64_t bytes) { store_->lend(bytes); });
    for (const Unit& unit : plan_->units()) {
      if (plan_->owner(unit) == communicator_.rank()) {
        results_.push_back(reader.read(unit, rejections_));
      }
    }
    input->finish();
    return std::nullopt;
  } catch (const ExchangeStopped&) {
    stopped_ = true;
    return std::nullopt;
  } catch (const std::exception& error) {
    return to_error(error);
  }

  /// Fills rank 0's manifest, except for the shards.
  void fill_manifest() {
    rejections_ = gather_rejections(communicator_, rejections_);
    std::vector<UnitResult> results = gather_items(communicator_, results_);
    // In order of the units, so that the sums of seconds do not depend on the number of ranks.
    std::ranges::sort(results, {}, &UnitResult::unit);
    manifest_.encoding = &options_.encoding();
    manifest_.vocabulary = manifest_.encoding->vocabulary;
    manifest_.augment = options_.augment;
    manifest_.prefix_digits = options_.prefix_digits;
    manifest_.seed = options_.seed;
    if (!leader()) return;
    const Corpus& corpus = plan_->corpus();
    manifest_.corpus_digest = corpus.digest();
    rejections_.insert(rejections_.end(), corpus.unreadable.begin(), corpus.unreadable.end());
    warn(too_large_text(rejections_));
    DatasetStatistics& all = manifest_.statistics;
    all.files = corpus.files.size() + corpus.unreadable.size();
    all.duplicates = corpus.duplicates;
    all.rejected = rejections_.size();
    for (const UnitResult& result : results) {
      all.tokens += result.stats;
      profile_ += result.profile;
      SplitInfo& split = manifest_.split(plan_->units()[result.unit].split);
      split.files += result.stats.files_kept;
      split.seconds_of_music += result.stats.seconds_of_music;
    }
  }

  void check_refusals() {
    mpi::run_on_all(communicator_, [&] {
      if (!leader()) return;
      const DatasetStatistics& all = manifest_.statistics;
      const double share = static_cast<double>(all.rejected) / static_cast<double>(all.files);
      if (share > options_.max_bad_fraction) refuse_corpus(all);
      if (all.tokens.sequences == 0) {
        throw Error(fmt::format(
            "none of the {} files below {} produced a row: {} rejected, {} too short, {} "
            "too long, {} with too many instruments",
            all.files, options_.corpus, all.rejected, all.tokens.too_short, all.tokens.too_long,
            all.tokens.too_many_instruments));
      }
    });
  }

  [[noreturn]] void refuse_corpus(const DatasetStatistics& all) const {
    const fs::path list = write_rejected_list(options_.dataset, rejections_);
    throw Error(
        fmt::format(
            "{} of {} files were rejected, more than --max-bad-fraction {:.6g} allows; see {}",
            all.rejected, all.files, options_.max_bad_fraction, list.string()),
        ExitCode::kBadInput);
  }

  /// Syncs what each host has written beside the dataset before the dataset is committed.
  void sync_texts() {
    mpi::run_on_all(communicator_, [&] {
      for (const std::string& extra : {options_.text, options_.compound}) {
        if (!extra.empty()) sync_file_system(extra);
      }
    });
  }

  void write_shards() {
    std::vector<WrittenShard> written;
    mpi::run_on_all(communicator_, [&] {
      const std::uint64_t rows = manifest_.statistics.tokens.sequences;  // complete on rank 0 only
      if (leader()) require_space(folder(), rows * sizeof(Row));
    });
    mpi::run_on_all(communicator_, [&] {
      for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
        written.push_back(write_shard(folder(), manifest_, *plan_, slots_[slot], *store_, slot));
      }
      store_.reset();
    });
    add_shards(gather_items(communicator_, written), *plan_, manifest_);
  }

  void publish() {
    mpi::run_on_all(communicator_, [&] {
      if (!leader()) return;
      std::error_code ignored;
      fs::remove_all(folder() / kSpillFolder, ignored);
      for (const Split split : kSplits) write_virtual_file(folder(), manifest_, split);
      PrepareOptions resolved = options_;
      OptionTable table;
      resolved.register_options(table);
      write_file_atomically(folder() / kConfigFile, table.to_ini(Effect::kResult));
      write_file_atomically(folder() / kRejectedFile, rejected_text(rejections_));
      write_file_atomically(folder() / kReportFile,
                            report_html(manifest_, profile_, rejections_,
                                        plan_->corpus().passed_over, origin_of(options_)));
      write_file_atomically(folder() / kManifestFile, to_json(manifest_));
      output_->commit();
    });
    warn(rowless_splits_text(plan_->corpus(), options_.splits, manifest_));
  }

  const mpi::Communicator& communicator_;
  const PrepareOptions& options_;
  std::uint64_t most_for_a_file_;
  std::optional<Plan> plan_;
  std::unique_ptr<OutputFolder> output_;  // on rank 0
  std::vector<ShardSlot> slots_;
  std::unique_ptr<RowStore> store_;
  std::vector<UnitResult> results_;
  std::vector<Rejection> rejections_;
  Manifest manifest_;
  CorpusProfile profile_;  // on rank 0
  bool stopped_ = false;   // another rank failed
};

}  // namespace

std::string prepare_dataset(const mpi::Communicator& communicator, const PrepareOptions& options) {
  return Job(communicator, options).run();
}

}  // namespace amt
