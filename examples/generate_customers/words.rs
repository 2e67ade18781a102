//! Names and places to choose from.

/// A city, the first three digits of its PIN codes, and the language most spoken around it.
#[derive(Clone, Copy, Default)]
pub(crate) struct City {
    pub(crate) name: &'static str,
    pub(crate) state: &'static str,
    pub(crate) pin_prefix: &'static str,
    pub(crate) language: &'static str,
}

const fn city(
    name: &'static str,
    state: &'static str,
    pin_prefix: &'static str,
    language: &'static str,
) -> City {
    City {
        name,
        state,
        pin_prefix,
        language,
    }
}

/// Cities, with how often each comes.
#[rustfmt::skip]
pub(crate) const CITIES: &[(u64, City)] = &[
    (90, city("Mumbai", "Maharashtra", "400", "mr")),
    (45, city("Pune", "Maharashtra", "411", "mr")),
    (18, city("Nagpur", "Maharashtra", "440", "mr")),
    (80, city("New Delhi", "Delhi", "110", "hi")),
    (80, city("Bengaluru", "Karnataka", "560", "kn")),
    (12, city("Mysuru", "Karnataka", "570", "kn")),
    (60, city("Chennai", "Tamil Nadu", "600", "ta")),
    (22, city("Coimbatore", "Tamil Nadu", "641", "ta")),
    (14, city("Madurai", "Tamil Nadu", "625", "ta")),
    (55, city("Hyderabad", "Telangana", "500", "te")),
    (8, city("Warangal", "Telangana", "506", "te")),
    (18, city("Visakhapatnam", "Andhra Pradesh", "530", "te")),
    (14, city("Vijayawada", "Andhra Pradesh", "520", "te")),
    (55, city("Kolkata", "West Bengal", "700", "bn")),
    (12, city("Siliguri", "West Bengal", "734", "bn")),
    (45, city("Ahmedabad", "Gujarat", "380", "gu")),
    (28, city("Surat", "Gujarat", "395", "gu")),
    (16, city("Vadodara", "Gujarat", "390", "gu")),
    (26, city("Jaipur", "Rajasthan", "302", "hi")),
    (12, city("Jodhpur", "Rajasthan", "342", "hi")),
    (28, city("Lucknow", "Uttar Pradesh", "226", "hi")),
    (18, city("Kanpur", "Uttar Pradesh", "208", "hi")),
    (14, city("Varanasi", "Uttar Pradesh", "221", "hi")),
    (20, city("Noida", "Uttar Pradesh", "201", "hi")),
    (22, city("Patna", "Bihar", "800", "hi")),
    (8, city("Gaya", "Bihar", "823", "hi")),
    (18, city("Indore", "Madhya Pradesh", "452", "hi")),
    (16, city("Bhopal", "Madhya Pradesh", "462", "hi")),
    (24, city("Kochi", "Kerala", "682", "ml")),
    (18, city("Thiruvananthapuram", "Kerala", "695", "ml")),
    (12, city("Ludhiana", "Punjab", "141", "pa")),
    (10, city("Amritsar", "Punjab", "143", "pa")),
    (24, city("Gurugram", "Haryana", "122", "hi")),
    (14, city("Bhubaneswar", "Odisha", "751", "or")),
    (12, city("Guwahati", "Assam", "781", "as")),
    (12, city("Ranchi", "Jharkhand", "834", "hi")),
    (10, city("Raipur", "Chhattisgarh", "492", "hi")),
    (8, city("Dehradun", "Uttarakhand", "248", "hi")),
    (6, city("Panaji", "Goa", "403", "mr")),
];

#[rustfmt::skip]
pub(crate) const FEMALE: &[&str] = &[
    "Aditi", "Ananya", "Anjali", "Asha", "Bhavana", "Chitra", "Deepa", "Divya", "Fatima", "Gayatri", "Geeta",
    "Harpreet", "Isha", "Jyoti", "Kavya", "Lakshmi", "Madhuri", "Meera", "Nandini", "Neha", "Padma", "Pooja",
    "Priya", "Radha", "Rashmi", "Rekha", "Ritu", "Sangeeta", "Shreya", "Sunita", "Swati", "Tanvi", "Uma",
    "Vidya", "Yamini", "Zainab",
];

#[rustfmt::skip]
pub(crate) const MALE: &[&str] = &[
    "Aarav", "Abdul", "Ajay", "Amit", "Anil", "Arjun", "Ashok", "Bharat", "Deepak", "Farhan", "Ganesh",
    "Gurpreet", "Harish", "Imran", "Joseph", "Karthik", "Kiran", "Manoj", "Mohan", "Naveen", "Nikhil", "Pranav",
    "Rahul", "Rajesh", "Ravi", "Rohan", "Sanjay", "Satish", "Suresh", "Tarun", "Uday", "Varun", "Vijay",
    "Vikram", "Vivek", "Yash",
];

#[rustfmt::skip]
pub(crate) const SURNAMES: &[&str] = &[
    "Agarwal", "Banerjee", "Bhat", "Bose", "Chatterjee", "Chauhan", "Das", "Desai", "Deshmukh", "Dutta",
    "Fernandes", "Gandhi", "Ghosh", "Gill", "Gupta", "Hegde", "Iyer", "Jain", "Jha", "Joshi", "Kapoor", "Khan",
    "Kulkarni", "Kumar", "Mehta", "Menon", "Mishra", "Mukherjee", "Nair", "Naidu", "Pandey", "Patel", "Patil",
    "Pillai", "Qureshi", "Rao", "Rathore", "Reddy", "Saxena", "Sen", "Shah", "Sharma", "Shetty", "Shinde",
    "Singh", "Sinha", "Thakur", "Thomas", "Tiwari", "Trivedi", "Varma", "Verma", "Yadav",
];

/// Names that careless code trips over, and the part of the e-mail address that goes with each.
pub(crate) const ODD_NAMES: &[(&str, &str)] = &[
    ("Sean O'Brien", "sean.obrien"),
    ("Maria D'Souza", "maria.dsouza"),
    ("Nguyễn Thị Hương", "huong.nguyen"),
    ("José Fernández", "jose.fernandez"),
    ("Rao, K. Venkata", "kv.rao"),
    ("Mehta, Rajesh \"Bunty\"", "bunty.mehta"),
    ("Madhavan", "madhavan"),
    ("आशा शर्मा", "asha.sharma"),
    ("முருகன் செல்வம்", "murugan.selvam"),
    ("শ্রেয়া মুখার্জী", "shreya.mukherjee"),
    ("A. P. J. Abdul Rahman", "apj.rahman"),
    ("Anne-Marie von der Heyden", "anne-marie.heyden"),
    (
        "Sri Venkata Lakshmi Narasimha Rajya Raghavendra Satyanarayana Subrahmanya Chandrasekhara \
         Brahmananda Viswanatha Prasada Rao Bahadur of Vizianagaram",
        "svlnr.rao",
    ),
    ("Null", "null"),
    ("李小龍", "xiaolong.li"),
    // Decomposed: the letters and their accents are separate code points.
    ("Zoe\u{308} Rene\u{301}e", "zoe.renee"),
    ("محمد علي", "muhammad.ali"),
    ("Om", "om"),
    ("Ravi  Kumar", "ravi.kumar"),
    ("Jyotsna 🌸 Patil", "jyotsna.patil"),
];
