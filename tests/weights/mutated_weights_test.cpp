// Applies random changes to the metadata of weight files, which must not make the reader crash,
// start a program, write anything, or use much memory. AMT_MUTATED_PICKLES sets the number of
// changed files (default 3,000), AMT_GOLDEN_DIR the models to change.
#include <fcntl.h>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fstream>
#include <random>
#include <stdexcept>

#include "amt/base/descriptor.hpp"
#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/weights/hugging_face.hpp"
#include "golden_weights.hpp"
#include "guarded.hpp"
#include "src/weights/pickle.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;

constexpr std::uint64_t kMoreMemory = 256u << 20;
constexpr int kPickledForms = 3;

int mutations_of_each() {
  const char* asked = std::getenv("AMT_MUTATED_PICKLES");
  return ((asked != nullptr ? std::atoi(asked) : 3000) + kPickledForms - 1) / kPickledForms;
}

/// Opcodes that would make Python execute code or use all memory.
const std::vector<std::string> kHostile = {
    "cos\nsystem\n(X\x0b\0\0\0touch /never\x85R."s,
    "\x80\x02"
    "cposix\nsystem\nX\4\0\0\0true\x85R."s,
    "cbuiltins\neval\n(X\6\0\0\0exit()tR."s,
    "X\2\0\0\0osX\6\0\0\0system\x93)R."s,
    "(ios\nsystem\n"s,
    "(cos\nsystem\nX\4\0\0\0trueo."s,
    "c__builtin__\ngetattr\n)R}b."s,
    "ctorch.storage\n_load_from_bytes\n"s,
    "\x82\x01"s,
    "Pnot an object\n"s,
    "X\xff\xff\xff\x7f"s,
    "\x8d\xff\xff\xff\xff\xff\xff\xff\x7f"s,
    "\x8b\xff\xff\xff\x7f"s,
    "r\xff\xff\xff\xff"s,
    "j\xff\xff\xff\xff"s,
    "((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((("s,
    ")\x85\x85\x85\x85\x85\x85\x85\x85\x85\x85\x85\x85\x85\x85\x85\x85\x85\x85\x85"s,
    "h\0h\0h\0h\0h\0h\0h\0h\0h\0h\0h\0h\0\x87\x87\x87"s};

/// A weight file whose metadata can be changed in place.
class Target {
 public:
  explicit Target(const fs::path& file) : file_(file, O_RDWR), bytes_(read_text(file)) {
    if (file.extension() == ".safetensors") {
      std::uint64_t header = 0;
      std::memcpy(&header, bytes_.data(), sizeof(header));
      end_ = sizeof(header) + header;
    } else if (bytes_.starts_with("PK")) {
      begin_ = std::min(bytes_.find("\x80\x02"s), bytes_.find("\x80\x04"s));  // protocols 2 and 4
      end_ = begin_ + parse_pickle(std::string_view(bytes_).substr(begin_)).bytes;
      find_checksums();
    } else {  // five consecutive pickles: magic number, protocol, system, dictionary, storages
      for (int i = 0; i < 5; ++i) end_ += parse_pickle(std::string_view(bytes_).substr(end_)).bytes;
    }
  }

  std::string part() const { return bytes_.substr(begin_, end_ - begin_); }
  /// Replaces part() by bytes of the same length, and corrects the checksums.
  void write(const std::string& part) const {
    write_at(begin_, part);
    for (const std::size_t place : checksums_) write_at(place, checksum(part));
  }

 private:
  static std::string checksum(const std::string& part) {
    const auto crc = static_cast<std::uint32_t>(
        ::crc32(0, reinterpret_cast<const Bytef*>(part.data()), static_cast<uInt>(part.size())));
    return {reinterpret_cast<const char*>(&crc), sizeof(crc)};
  }
  /// Finds the pickle's checksums, which a zip archive stores two or three times. Unless they are
  /// corrected, the reader would refuse the file before it looks at the pickle.
  void find_checksums() {
    const std::string wanted = checksum(part());
    for (std::size_t at = 0; (at = bytes_.find(wanted, at)) != std::string::npos; ++at) {
      checksums_.push_back(at);
    }
  }
  void write_at(std::size_t at, const std::string& part) const {
    if (::pwrite(file_.get(), part.data(), part.size(), static_cast<off_t>(at)) !=
        std::ssize(part)) {
      throw std::runtime_error("cannot change the file");
    }
  }

  Descriptor file_;
  std::string bytes_;
  std::vector<std::size_t> checksums_;
  std::size_t begin_ = 0, end_ = 0;
};

void overwrite(std::string& part, std::size_t at, std::string_view text) {
  for (std::size_t i = 0; i < text.size() && at + i < part.size(); ++i) part[at + i] = text[i];
}

std::string mutated(std::string part, std::mt19937_64& engine) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(engine() % n); };
  for (auto edits = 1 + below(4); edits > 0; --edits) {
    const std::size_t at = below(part.size());
    switch (below(6)) {
      case 0:
        part[at] = static_cast<char>(engine());
        break;
      case 1:
        part[at] ^= static_cast<char>(1u << below(8));
        break;
      case 2:
        overwrite(part, at, kHostile[below(kHostile.size())]);
        break;
      case 3:
        overwrite(part, below(3) * 2, kHostile[below(kHostile.size())]);
        break;
      case 4:
        overwrite(part, at, part.substr(below(part.size()), 1 + below(64)));
        break;
      default:
        overwrite(part, at, std::string(1 + below(8), below(2) == 0 ? '\xff' : '\0'));
    }
  }
  return part;
}

/// Reads the whole model; returns whether it was accepted. If not, the message must name the
/// folder.
bool reads(const fs::path& folder, std::vector<float>& parameters) try {
  HuggingFaceModel model(folder);
  parameters.resize(static_cast<std::size_t>(model.layout().total()));
  model.read(parameters);
  return true;
} catch (const Error& error) {
  const std::string said = error.what();
  if (said.find(folder.string()) != std::string::npos && said.find('\n') == std::string::npos) {
    return false;
  }
  throw std::runtime_error("not one line that names the folder: " + said);
}

void try_mutations(const fs::path& folder, const std::vector<Target>& targets, int count) {
  std::mt19937_64 engine(count);
  std::vector<float> parameters;
  int taken = 0;
  for (int i = 0; i < count; ++i) {
    const Target& target = targets[i % targets.size()];
    target.write(mutated(target.part(), engine));
    taken += reads(folder, parameters);
    target.write(target.part());
  }
  if (!reads(folder, parameters)) throw std::runtime_error("the unchanged weights were refused");
  fmt::print("{}: {} mutations, {} accepted as weights\n", folder.filename().string(), count,
             taken);
  std::fflush(stdout);
}

std::vector<Target> targets_in(const fs::path& folder) {
  std::vector<Target> targets;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") continue;
    fs::permissions(entry.path(), fs::perms::owner_write, fs::perm_options::add);
    targets.emplace_back(entry.path());
  }
  return targets;
}

class MutatedWeights : public testing::TestWithParam<const char*> {};

TEST_P(MutatedWeights, CannotCrashTheReaderOrMakeItWriteOrUseMuchMemory) {
  const test::TemporaryFolder temporary;
  const fs::path folder = temporary.path() / GetParam();
  fs::copy(test::golden_weights() / GetParam(), folder);
  const std::vector<Target> targets = targets_in(folder);
  ASSERT_FALSE(targets.empty());
  const test::Guarded result =
      test::run_guarded(kMoreMemory, [&] { try_mutations(folder, targets, mutations_of_each()); });
  EXPECT_EQ(result.failure, "");
  if (!test::has_guard())
    fmt::print("skipped: this build cannot check that nothing is executed or written\n");
  fmt::print("at most {} MB resident\n", result.peak_bytes >> 20);
}

INSTANTIATE_TEST_SUITE_P(Forms, MutatedWeights, test::weight_forms(), test::name_of_form);

TEST(Guard, KillsWorkThatStartsAProgramOrWrites) {
  if (!test::has_guard()) GTEST_SKIP() << "this build has no guard";
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / "new";
  const auto failure = [](const std::function<void()>& work) {
    return test::run_guarded(kMoreMemory, work).failure;
  };
  EXPECT_EQ(failure([] {}), "");
  EXPECT_EQ(failure([] { read_text("/proc/self/status"); }), "");
  EXPECT_EQ(failure([] { throw std::runtime_error("said"); }), "said");
  const std::string killed = fmt::format("killed by signal {}", SIGSYS);
  EXPECT_EQ(failure([] { std::ignore = std::system("true"); }), killed);
  EXPECT_EQ(failure([&] { std::ofstream(file) << "x"; }), killed);
  EXPECT_EQ(failure([&] { fs::create_directory(file); }), killed);
  EXPECT_FALSE(fs::exists(file));
  EXPECT_NE(failure([] { std::string(2 * kMoreMemory, 'x'); }), "");
}

}  // namespace
}  // namespace amt
