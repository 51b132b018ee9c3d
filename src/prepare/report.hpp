// report.html of a dataset: its corpus in charts and tables.
#pragma once

#include <string>
#include <vector>

#include "amt/corpus/corpus.hpp"
#include "amt/dataset/manifest.hpp"
#include "amt/prepare/options.hpp"
#include "profile.hpp"

namespace amt {

/// Which dataset it is: what follows from corpus and options alone.
struct ReportOrigin {
  std::string corpus;   ///< its name, without folders and without an archive's ending
  std::string command;  ///< that makes an equal dataset
};

/// Of a preparation. An archive is called as the folder that it unpacks to.
ReportOrigin origin_of(const PrepareOptions& options);

/// One page that needs no other file: summary, histograms, refusals by reason, files passed over by
/// ending, and for a corpus of the full Lakh dataset's size the counts of arXiv 2306.08620 beside
/// ours. It holds no times and no names of hosts or folders, but that of the corpus: like every
/// file of a dataset it is a function of corpus and options.
std::string report_html(const Manifest& manifest, const CorpusProfile& profile,
                        const std::vector<Rejection>& rejections,
                        const EndingCounts& passed_over = {}, const ReportOrigin& origin = {});

}  // namespace amt
