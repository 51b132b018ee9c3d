// Prints hashes as amt stores them, for tests that change a file and then correct its hash.
//
//   file_hashes                  reads lines "OFFSET LENGTH PATH" and prints the XXH3 of each of
//   these
//                                parts as 16 hex digits; LENGTH 0 means up to the end of the file
//   file_hashes --rows FILE      prints the XXH3 of all rows in an HDF5 file, as read by HDF5
//   file_hashes --shards DATASET prints "PATH OFFSET ROWS" for each shard; its tokens start at
//   OFFSET
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/hash.hpp"
#include "amt/dataset/manifest.hpp"
#include "amt/dataset/shard.hpp"
#include "amt/hdf5/hdf5.hpp"

namespace {

std::string hash_of_part(const std::string& path, std::uint64_t offset, std::uint64_t length) {
  std::vector<std::byte> buffer;
  std::span<const std::byte> bytes = amt::read_file(path, buffer);
  if (offset > bytes.size() || length > bytes.size() - offset) {
    throw amt::Error(path + " is too short for that part");
  }
  bytes = bytes.subspan(offset);
  return amt::hex64(amt::xxh3_64(length == 0 ? bytes : bytes.first(length)));
}

void answer_lines() {
  std::uint64_t offset = 0, length = 0;
  std::string path;
  while (std::cin >> offset >> length && std::getline(std::cin >> std::ws, path)) {
    std::cout << hash_of_part(path, offset, length)
              << std::endl;  // flushes, because the caller waits for the line
  }
}

std::string hash_of_rows(const std::string& path) {
  const amt::hdf5::Dataset tokens = amt::hdf5::File::open(path).open_dataset(amt::kTokensDataset);
  const std::uint64_t rows = tokens.shape().at(0);
  std::vector<amt::Row> read(rows);
  tokens.read_rows(0, rows, std::as_writable_bytes(std::span(read)));
  return amt::hex64(amt::xxh3_64(std::as_bytes(std::span(read))));
}

void print_shards(const std::string& dataset) {
  const amt::Manifest manifest = amt::read_manifest(dataset);
  for (const amt::Split split : amt::kSplits) {
    const auto& shards = manifest.split(split).shards;
    for (std::size_t shard = 0; shard < shards.size(); ++shard) {
      const amt::ShardLocation at = amt::locate_shard(dataset, manifest, split, shard);
      std::cout << shards[shard].file << ' ' << at.offset << ' ' << at.rows << '\n';
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 3 && std::string_view(argv[1]) == "--shards") {
      print_shards(argv[2]);
    } else if (argc == 3 && std::string_view(argv[1]) == "--rows") {
      std::cout << hash_of_rows(argv[2]) << '\n';
    } else {
      answer_lines();
    }
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "file_hashes: " << error.what() << '\n';
    return 1;
  }
}
